#!/usr/bin/env python3
"""Make the small members of torchvision's families in tests/data/families.

    /usr/bin/python3 tools/make_family_networks.py [--out tests/data/families]

Each file is what PyTorch's exporter writes for a network that torchvision's own code builds, with a few channels and
blocks and random weights: the nodes of the full-size networks in a few kilobytes. Made with PyTorch 1.13 and
torchvision 0.14 (Debian 12); the same versions give the same files.
"""
import argparse
import os
import warnings

import onnx
import torch
import torch.nn as nn
from torchvision.models import convnext, densenet, efficientnet, mobilenetv2, mobilenetv3, regnet, resnet
from torchvision.models import shufflenetv2, squeezenet, swin_transformer, vgg, vision_transformer
from torchvision.models.googlenet import BasicConv2d, Inception

CLASSES = 5


def pooled(*layers, channels):
    """The layers, a mean over the picture, and a linear layer."""
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


def stem(channels):
    return nn.Sequential(nn.Conv2d(3, channels, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(channels),
                         nn.ReLU(inplace=True))


def shortcut(channels, wider, stride):
    return nn.Sequential(nn.Conv2d(channels, wider, 1, stride=stride, bias=False), nn.BatchNorm2d(wider))


def make_resnet():
    return pooled(stem(8), nn.MaxPool2d(3, 2, 1), resnet.BasicBlock(8, 8),
                  resnet.Bottleneck(8, 3, 2, shortcut(8, 12, 2)), channels=12)


def make_resnext():
    return pooled(stem(8), resnet.Bottleneck(8, 4, 2, shortcut(8, 16, 2), groups=2, base_width=64), channels=16)


def make_vgg():
    return nn.Sequential(vgg.make_layers([4, "M", 6, 6, "M"], batch_norm=True), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
                         nn.Linear(24, 12), nn.ReLU(True), nn.Dropout(), nn.Linear(12, CLASSES))


def make_densenet():
    return densenet.DenseNet(growth_rate=4, block_config=(2, 2), num_init_features=8, bn_size=2, num_classes=CLASSES)


def make_squeezenet():
    last = nn.Conv2d(16, CLASSES, 1)
    nn.init.ones_(last.bias)  # or the final ReLU would be 0 everywhere
    return nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, ceil_mode=True),
                         squeezenet.Fire(8, 4, 8, 8), squeezenet.Fire(16, 4, 8, 8), nn.Dropout(), last,
                         nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def make_mobilenet_v2():
    block = mobilenetv2.InvertedResidual
    return pooled(mobilenetv2.Conv2dNormActivation(3, 8, stride=2, activation_layer=nn.ReLU6), block(8, 8, 1, 1),
                  block(8, 8, 1, 3), block(8, 12, 2, 3), channels=12)


def make_mobilenet_v3():
    def block(*arguments):
        return mobilenetv3.InvertedResidualConfig(*arguments, 1.0)

    blocks = [block(8, 3, 8, 8, True, "RE", 2, 1), block(8, 5, 16, 8, True, "HS", 1, 1),
              block(8, 3, 16, 12, False, "HS", 2, 1)]
    return mobilenetv3.MobileNetV3(blocks, last_channel=16, num_classes=CLASSES)


def make_efficientnet():
    block = efficientnet.MBConvConfig
    return efficientnet.EfficientNet([block(1, 3, 1, 8, 8, 1, 1.0, 1.0), block(3, 5, 2, 8, 12, 2, 1.0, 1.0)], 0.2,
                                     num_classes=CLASSES, last_channel=16)


def make_efficientnet_v2():
    return efficientnet.EfficientNet([efficientnet.FusedMBConvConfig(1, 3, 1, 8, 8, 1),
                                      efficientnet.FusedMBConvConfig(2, 3, 2, 8, 8, 1),
                                      efficientnet.MBConvConfig(2, 3, 1, 8, 8, 1)], 0.2, num_classes=CLASSES,
                                     last_channel=16)


def make_convnext():
    block = convnext.CNBlockConfig
    return convnext.ConvNeXt([block(8, 12, 1), block(12, None, 1)], layer_scale=0.5, num_classes=CLASSES)


def make_regnet_y():
    blocks = regnet.BlockParams([1, 2], [8, 12], [4, 4], [1.0, 1.0], [2, 2], se_ratio=0.25)
    return regnet.RegNet(blocks, num_classes=CLASSES, stem_width=8)


def make_shufflenet():
    return shufflenetv2.ShuffleNetV2([2, 1, 1], [8, 8, 12, 16, 16], num_classes=CLASSES)


def make_googlenet():
    return pooled(BasicConv2d(3, 8, kernel_size=3, stride=2, padding=1), nn.MaxPool2d(3, 2, ceil_mode=True),
                  Inception(8, 4, 4, 4, 2, 4, 4), channels=16)


class InceptionV3(nn.Module):
    """Blocks A and C of Inception v3, whose widths torchvision fixes, with a few channels."""

    def __init__(self):
        super().__init__()
        unit = BasicConv2d
        self.stem = unit(3, 8, kernel_size=3, stride=2)
        self.one = unit(8, 4, kernel_size=1)
        self.seven = nn.Sequential(unit(8, 4, kernel_size=1), unit(4, 4, kernel_size=(1, 7), padding=(0, 3)),
                                   unit(4, 4, kernel_size=(7, 1), padding=(3, 0)))
        self.pool = unit(8, 4, kernel_size=1)
        self.head = pooled(channels=20)

    def forward(self, x):
        x = self.stem(x)
        pool = self.pool(nn.functional.avg_pool2d(x, kernel_size=3, stride=1, padding=1))
        largest = nn.functional.max_pool2d(x, kernel_size=3, stride=1, padding=1)
        return self.head(torch.cat([self.one(x), self.seven(x), pool, largest], 1))


def make_vit():
    network = vision_transformer.VisionTransformer(image_size=16, patch_size=4, num_layers=2, num_heads=2, hidden_dim=12,
                                                   mlp_dim=20, num_classes=CLASSES)
    nn.init.normal_(network.heads.head.weight)  # torchvision begins with 0
    return network


def make_swin():
    return swin_transformer.SwinTransformer([2, 2], 8, [2, 1], [1, 2], [3, 3], num_classes=CLASSES)


class Activations(nn.Module):
    """A convolution behind each activation: PyTorch writes out those that the opset has no operator for."""

    def __init__(self, *activations):
        super().__init__()
        self.layers = nn.Sequential(*[layer for activation in activations
                                      for layer in (nn.Conv2d(4, 4, 3, padding=1), activation)])
        self.first = nn.Conv2d(3, 4, 1)
        self.head = pooled(channels=4)

    def forward(self, x):
        return self.head(self.layers(self.first(x)))


def make_activations():
    halved = nn.Sequential(nn.GLU(1), nn.Conv2d(2, 4, 1))
    return Activations(nn.SiLU(), nn.Hardswish(), nn.Hardsigmoid(), nn.GELU(), nn.GELU("tanh"), nn.Mish(), nn.ELU(),
                       nn.CELU(), nn.SELU(), nn.Softplus(), nn.LeakyReLU(0.1), nn.PReLU(4), nn.ReLU6(), nn.Tanh(),
                       nn.Sigmoid(), halved, nn.Softsign(), nn.LogSigmoid(), nn.Hardtanh(-2, 2))


def make_normalisations():
    return Activations(nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.Softmax(1), nn.LogSoftmax(2))


def make_resampling():
    shuffled = nn.Sequential(nn.PixelShuffle(2), nn.Conv2d(1, 4, 1))
    return Activations(nn.ReflectionPad2d(2), nn.ReplicationPad2d(1), nn.ZeroPad2d((1, 2, 0, 1)),
                       nn.Upsample(scale_factor=2, mode="bilinear"), nn.Upsample(size=(11, 17)), shuffled,
                       nn.ConvTranspose2d(4, 4, 2, 2), nn.AvgPool2d(3, 2, 1), nn.MaxPool2d(2, ceil_mode=True),
                       nn.AdaptiveMaxPool2d(1))


# Name, builder, the picture's extents, opsets.
FAMILIES = [
    ("resnet", make_resnet, (29, 27), (13,)),
    ("resnext", make_resnext, (17, 19), (13,)),
    ("vgg", make_vgg, (16, 24), (9,)),
    ("densenet", make_densenet, (33, 35), (13,)),
    ("squeezenet", make_squeezenet, (29, 31), (13,)),
    ("mobilenet_v2", make_mobilenet_v2, (21, 23), (13,)),
    ("mobilenet_v3", make_mobilenet_v3, (25, 23), (13, 14)),
    ("efficientnet", make_efficientnet, (21, 23), (13,)),
    ("efficientnet_v2", make_efficientnet_v2, (17, 19), (13,)),
    ("convnext", make_convnext, (24, 32), (13, 17)),
    ("regnet_y", make_regnet_y, (21, 23), (13,)),
    ("shufflenet", make_shufflenet, (35, 37), (13,)),
    ("googlenet", make_googlenet, (25, 23), (13,)),
    ("inception_v3", InceptionV3, (19, 17), (13,)),
    ("vit", make_vit, (16, 16), (13, 17)),
    ("swin", make_swin, (12, 12), (13,)),
    ("activations", make_activations, (9, 7), (13, 14)),
    ("normalisations", make_normalisations, (9, 7), (13,)),
    ("resampling", make_resampling, (9, 7), (13,)),
]


def shorten(path):
    """Numbers the values that nodes write, whose long names would be most of the file; nodes keep their names."""
    model = onnx.load(path)
    names = {"scores": "scores"}
    for node in model.graph.node:
        for i, value in enumerate(node.input):
            node.input[i] = names.get(value, value)
        for i, value in enumerate(node.output):
            node.output[i] = names.setdefault(value, str(len(names)))
        if node.op_type == "Constant":
            node.name = ""
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "..", "tests", "data", "families"))
    out = parser.parse_args().out
    warnings.filterwarnings("ignore")
    for name, build, (height, width), opsets in FAMILIES:
        torch.manual_seed(1)
        network = build().eval()
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):  # a new one has mean 0 and variance 1, which changes nothing
                nn.init.uniform_(module.running_mean, -0.5, 0.5)
                nn.init.uniform_(module.running_var, 0.5, 1.5)
        for opset in opsets:
            path = os.path.join(out, f"{name}_{opset}.onnx")
            torch.onnx.export(network, torch.rand(1, 3, height, width), path, opset_version=opset,
                              input_names=["image"], output_names=["scores"])
            shorten(path)
            print(f"{os.path.basename(path)}: {os.path.getsize(path)} bytes")


if __name__ == "__main__":
    main()
