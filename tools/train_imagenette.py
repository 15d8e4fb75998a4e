#!/usr/bin/env python3
"""Train the bundled ten-class image classifiers from scratch and export them to ONNX.

The network is a small basic-block ResNet (about 1.2 million parameters, 3x128x128 RGB in,
ten logits out). The data is Imagenette in its 160 px version, laid out as

    DATA/train/<wnid>/*.JPEG
    DATA/val/<wnid>/*.JPEG

The plain network (a CPU with bf16 support; add --fp32 elsewhere):

    python3 tools/train_imagenette.py train  --data DATA --work PLAIN
    python3 tools/train_imagenette.py export --work PLAIN --out models/imagenette-resnet-plain.onnx
    python3 tools/train_imagenette.py check  --data DATA --work PLAIN --onnx models/imagenette-resnet-plain.onnx

The robust network starts from the plain one and sees adversarial pictures only (Madry et al. 2017,
L2 ball), which makes its input gradients follow the objects:

    python3 tools/train_imagenette.py train  --data DATA --work ROBUST --init PLAIN/last.pt --robust
    python3 tools/train_imagenette.py export --work ROBUST --out models/imagenette-resnet.onnx
    python3 tools/train_imagenette.py check  --data DATA --work ROBUST --onnx models/imagenette-resnet.onnx --robust

--robust stands for the options in ROBUST below; any of them given as well wins.
`train` runs --workers processes with one thread each (every process takes its share of each
batch, the gradients are averaged), writes WORK/last.pt after every epoch and resumes from it with
--resume. The same seed and number of workers see the same pictures in the same order.
Needs numpy, Pillow, torch >= 1.13; `export` needs onnx, `check` uses onnxruntime if it is there.
"""
import argparse
import copy
import json
import os
import sys
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

SIZE = 128                       # network input, square
RESIZE = 144                     # evaluation: short side to RESIZE, then the central SIZE x SIZE
MEAN = (0.485, 0.456, 0.406)     # ImageNet statistics on [0, 1] RGB
STD = (0.229, 0.224, 0.225)
# sorted by wnid: the index in this list is the class index of the network
CLASSES = [
    ("n01440764", "tench"),
    ("n02102040", "English springer"),
    ("n02979186", "cassette player"),
    ("n03000684", "chain saw"),
    ("n03028079", "church"),
    ("n03394916", "French horn"),
    ("n03417042", "garbage truck"),
    ("n03425413", "gas pump"),
    ("n03445777", "golf ball"),
    ("n03888257", "parachute"),
]
LABELS = [name for _, name in CLASSES]
ROBUST = dict(epsilon=2.5, attack_steps=1, ramp=16, epochs=17, lr=0.05, warmup=0.5, smoothing=0.0,
              min_scale=0.35, jitter=0.2)      # what --robust stands for


# ---------------------------------------------------------------- data

class Images:
    """All pictures of one split, decoded once into one flat uint8 buffer (H x W x 3 each)."""

    def __init__(self, pixels, offsets, shapes, labels):
        self.pixels, self.offsets, self.shapes, self.labels = pixels, offsets, shapes, labels

    def __len__(self):
        return len(self.labels)

    def image(self, i):
        h, w = self.shapes[i]
        o = self.offsets[i]
        return Image.fromarray(self.pixels[o:o + h * w * 3].reshape(h, w, 3))


def load_split(data, split, work):
    """Decode a split, or take it from the cache in WORK."""
    cache = os.path.join(work, "cache-%s" % split)
    if os.path.exists(cache + ".npz") and os.path.exists(cache + ".u8"):
        z = np.load(cache + ".npz")
        return Images(np.memmap(cache + ".u8", np.uint8, "r"), z["offsets"], z["shapes"], z["labels"])
    os.makedirs(work, exist_ok=True)
    offsets, shapes, labels, at = [], [], [], 0
    with open(cache + ".u8.tmp", "wb") as out:
        for label, (wnid, _) in enumerate(CLASSES):
            folder = os.path.join(data, split, wnid)
            for name in sorted(os.listdir(folder)):
                with Image.open(os.path.join(folder, name)) as im:
                    a = np.asarray(im.convert("RGB"))
                out.write(a.tobytes())
                offsets.append(at)
                shapes.append(a.shape[:2])
                labels.append(label)
                at += a.size
    os.replace(cache + ".u8.tmp", cache + ".u8")
    np.savez(cache + ".npz", offsets=np.array(offsets), shapes=np.array(shapes), labels=np.array(labels))
    return load_split(data, split, work)


def random_crop(im, rng, scale, size, ratio=(3 / 4, 4 / 3)):
    """Random-resized-crop to size x size plus a random flip, by one Pillow resize with a box."""
    w, h = im.size
    for _ in range(10):
        area = w * h * rng.uniform(*scale)
        r = np.exp(rng.uniform(np.log(ratio[0]), np.log(ratio[1])))
        cw, ch = np.sqrt(area * r), np.sqrt(area / r)
        if cw <= w and ch <= h:
            break
    else:
        cw = ch = min(w, h)
    x, y = rng.uniform(0, w - cw), rng.uniform(0, h - ch)
    im = im.resize((size, size), Image.BILINEAR, box=(x, y, x + cw, y + ch))
    return np.asarray(im)[:, ::-1] if rng.random() < 0.5 else np.asarray(im)


def centre_crop(im, resize=RESIZE):
    """Short side to `resize`, then the central SIZE x SIZE."""
    w, h = im.size
    s = resize / min(w, h)
    w, h = max(resize, round(w * s)), max(resize, round(h * s))
    im = im.resize((w, h), Image.BILINEAR)
    x, y = (w - SIZE) // 2, (h - SIZE) // 2
    return np.asarray(im.crop((x, y, x + SIZE, y + SIZE)))


def to_input(x, gen=None, strength=0.0):
    """uint8 N x H x W x 3 (numpy) -> standardised N x 3 x H x W, channels last in memory.

    With a generator also the colour jitter: brightness, saturation and contrast, one random factor
    per picture each. All of it is linear in the colour of a pixel, so it is one 3x3 matrix and one
    offset per picture."""
    n, h, w, _ = x.shape
    x = torch.from_numpy(x).reshape(n, h * w, 3).float().div_(255)
    mean, std = torch.tensor(MEAN), torch.tensor(STD)
    if gen is None:
        x = (x - mean) / std
    else:
        bright, sat, con = 1 + strength * (2 * torch.rand(3, n, 1, 1, generator=gen) - 1)
        matrix = con * bright * (sat * torch.eye(3) + (1 - sat) / 3) / std            # n x 3 x 3
        grey = x.mean(dim=(1, 2)).view(n, 1, 1)
        x = torch.baddbmm(((1 - con) * bright * grey - mean) / std, x, matrix)
    return x.view(n, h, w, 3).permute(0, 3, 1, 2)


# ---------------------------------------------------------------- network

class Block(nn.Module):
    """The basic residual block: conv-BN-ReLU, conv-BN, add, ReLU."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.relu1 = nn.ReLU(inplace=True)
        self.relu2 = nn.ReLU(inplace=True)
        self.down = None
        if stride != 1 or cin != cout:
            self.down = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu2(y + (x if self.down is None else self.down(x)))


class Net(nn.Module):
    """Stem (5x5/2, max-pool/2), three stages at 32, 16 and 8 px, global average, linear."""

    def __init__(self, widths=(48, 96, 160), blocks=(1, 2, 2), stem=32, classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 5, 2, 2, bias=False), nn.BatchNorm2d(stem), nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1))
        stages, cin = [], stem
        for s, (w, b) in enumerate(zip(widths, blocks)):
            stages.append(nn.Sequential(*[
                Block(cin if i == 0 else w, w, 2 if i == 0 and s > 0 else 1) for i in range(b)]))
            cin = w
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(cin, classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, Block):
                nn.init.zeros_(m.bn2.weight)   # every block starts as the identity

    def forward(self, x):
        x = self.pool(self.stages(self.stem(x)))
        return self.fc(torch.flatten(x, 1))


# ---------------------------------------------------------------- training

def attack(net, x, y, eps, steps, bf16, gen=None, smoothing=0.0):
    """The adversarial pictures of robust training: inside the L2 ball of radius `eps` around each
    picture (in [0, 1] pixel space, clipped to it), a random start and then `steps` gradient ascent
    steps of one length on the loss. Takes and returns standardised pictures.

    BatchNorm uses its running statistics here, as it will when the network is used."""
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(STD).view(1, 3, 1, 1)
    n = len(x)

    def norm(v):
        return v.flatten(1).norm(dim=1).view(n, 1, 1, 1) + 1e-12

    clean = (x * std + mean).clamp_(0, 1)
    d = torch.randn(clean.shape, generator=gen)
    d = d.mul_(eps * torch.rand(n, 1, 1, 1, generator=gen) / norm(d))
    training = net.training
    net.eval()
    for _ in range(steps):
        z = (((clean + d).clamp_(0, 1) - mean) / std).contiguous(memory_format=torch.channels_last)
        z.requires_grad_(True)
        with torch.cpu.amp.autocast(enabled=bf16, dtype=torch.bfloat16):
            loss = F.cross_entropy(net(z).float(), y, label_smoothing=smoothing, reduction="sum")
        g, = torch.autograd.grad(loss, z)
        g = g.float() / std
        d = d + g * (2 * eps / (steps + 1) / norm(g))
        d = d * (eps / norm(d)).clamp_(max=1)
    net.train(training)
    return (((clean + d).clamp_(0, 1) - mean) / std).contiguous(memory_format=torch.channels_last)


def evaluate(net, images, bf16, resize=RESIZE, batch=64, rank=0, world=1, every=1, eps=0, steps=0):
    """Per-class hits and counts; process `rank` of `world` does its share of the batches. With
    `eps` and `steps`: hits on attacked pictures, with `every`: on every so many-th picture only."""
    net.eval()
    result = torch.zeros(2, len(LABELS), dtype=torch.long)
    with torch.no_grad():
        chosen = range(0, len(images), every)
        for i in range(rank * batch, len(chosen), batch * world):
            idx = chosen[i:i + batch]
            x = to_input(np.stack([centre_crop(images.image(j), resize) for j in idx]))
            if eps > 0:
                with torch.enable_grad():
                    x = attack(net, x, torch.from_numpy(images.labels[list(idx)]), eps, steps, bf16,
                               torch.Generator().manual_seed(i))
            with torch.cpu.amp.autocast(enabled=bf16, dtype=torch.bfloat16):
                top = net(x).float().argmax(1)
            for t, j in zip(top, idx):
                result[0, images.labels[j]] += int(t == images.labels[j])
                result[1, images.labels[j]] += 1
    if world > 1:
        dist.all_reduce(result)
    return result.numpy()


def learning_rate(step, steps, peak, warm):
    """One cycle: linear warm-up, then a cosine down to zero."""
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + np.cos(np.pi * (step - warm) / max(1, steps - warm)))


def crop_size(epoch, epochs):
    """Smaller pictures at first: 96, then 112, and full size for the last two fifths."""
    return 96 if epoch < 0.3 * epochs else 112 if epoch < 0.6 * epochs else SIZE


def average(tensors, world):
    """Mean over the processes, in place, in one message."""
    if world == 1:
        return
    flat = torch.cat([t.reshape(-1) for t in tensors])
    dist.all_reduce(flat)
    flat /= world
    for t, f in zip(tensors, flat.split([t.numel() for t in tensors])):
        t.copy_(f.view(t.shape))


def buffers(net):
    return [b for b in net.buffers() if b.dtype.is_floating_point]


def worker(rank, args):
    world = args.workers
    torch.set_num_threads(max(1, args.threads // world))
    if world > 1:
        dist.init_process_group("gloo", init_method="file://" + os.path.abspath(args.rendezvous),
                                rank=rank, world_size=world)
    torch.manual_seed(args.seed)                              # the same initial weights everywhere
    data, val = load_split(args.data, "train", args.work), load_split(args.data, "val", args.work)
    bf16, share = not args.fp32, args.batch // world

    def say(text):
        if rank == 0:
            print(text, flush=True)

    net = Net().to(memory_format=torch.channels_last)
    say("%d parameters, %d + %d pictures" % (sum(p.numel() for p in net.parameters()), len(data), len(val)))
    if args.init:
        net.load_state_dict(torch.load(args.init, map_location="cpu")["ema"])
    ema = copy.deepcopy(net)
    params = list(net.parameters())
    opt = torch.optim.SGD([{"params": [p for p in params if p.ndim > 1], "weight_decay": args.weight_decay},
                           {"params": [p for p in params if p.ndim <= 1], "weight_decay": 0}],
                          lr=args.lr, momentum=0.9, nesterov=True)  # no decay on BatchNorm and biases
    per_epoch = len(data) // args.batch
    steps, warm = per_epoch * args.epochs, round(per_epoch * args.warmup)
    start, history, spent, last = 0, [], 0.0, os.path.join(args.work, "last.pt")
    if args.resume and os.path.exists(last):
        c = torch.load(last)
        net.load_state_dict(c["net"])
        ema.load_state_dict(c["ema"])
        opt.load_state_dict(c["opt"])
        start, history, spent = c["epoch"], c["history"], c["seconds"]

    for epoch in range(start, args.epochs):
        t = time.time()
        order = np.random.default_rng([args.seed, epoch]).permutation(len(data))
        rng = np.random.default_rng([args.seed, epoch, rank])
        gen = torch.Generator().manual_seed(args.seed * 100000 + epoch * 100 + rank)
        size = crop_size(epoch, args.epochs)
        net.train()
        loss_sum = hit = 0
        for b in range(per_epoch):
            step = epoch * per_epoch + b
            at = b * args.batch + rank * share
            idx = order[at:at + share]
            x = np.stack([random_crop(data.image(i), rng, (args.min_scale, 1.0), size) for i in idx])
            x = to_input(x, gen, args.jitter)
            y = torch.from_numpy(data.labels[idx])
            if args.epsilon > 0:          # radius at SIZE; smaller pictures have fewer pixels to change
                eps = args.epsilon * size / SIZE * min(1, (step + 1) / max(1, args.ramp * per_epoch))
                x = attack(net, x, y, eps, args.attack_steps, bf16, gen, args.smoothing)
            for g in opt.param_groups:
                g["lr"] = learning_rate(step, steps, args.lr, warm)
            with torch.cpu.amp.autocast(enabled=bf16, dtype=torch.bfloat16):
                logits = net(x).float()
                loss = F.cross_entropy(logits, y, label_smoothing=args.smoothing)
            opt.zero_grad()
            loss.backward()
            average([p.grad for p in params], world)
            opt.step()
            with torch.no_grad():                             # weights and BatchNorm statistics alike
                d = min(args.ema, (1 + step) / (10 + step))
                for e, p in zip(ema.state_dict().values(), net.state_dict().values()):
                    if e.dtype.is_floating_point:
                        e.lerp_(p, 1 - d)
                    else:
                        e.copy_(p)
            loss_sum += loss.item()
            hit += (logits.argmax(1) == y).sum().item()
        average(buffers(net), world)
        average(buffers(ema), world)
        seconds = time.time() - t
        spent += seconds
        row = {"epoch": epoch + 1, "size": size, "loss": loss_sum / per_epoch,
               "train": hit / (per_epoch * share), "seconds": seconds}
        if (epoch + 1) % args.eval_every == 0 or epoch + 1 == args.epochs:
            hits, count = evaluate(ema, val, bf16, rank=rank, world=world)
            row["val"] = hits.sum() / count.sum()
        history.append(row)
        say(json.dumps({k: round(float(v), 4) for k, v in row.items()}))
        if rank == 0:
            torch.save({"net": net.state_dict(), "ema": ema.state_dict(), "opt": opt.state_dict(),
                        "epoch": epoch + 1, "history": history, "seconds": spent, "args": vars(args)},
                       last + ".tmp")
            os.replace(last + ".tmp", last)

    for resize in (128, 136, 144, 160):
        hits, count = evaluate(ema, val, False, resize, rank=rank, world=world)
        say("averaged weights, fp32, short side %d: %.2f %%" % (resize, 100 * hits.sum() / count.sum()))
    if args.epsilon > 0:
        hits, count = evaluate(ema, val, bf16, rank=rank, world=world, every=4, eps=args.epsilon, steps=10)
        say("averaged weights, attacked (%g, 10 steps, every 4th picture): %.2f %%"
            % (args.epsilon, 100 * hits.sum() / count.sum()))
    hits, count = evaluate(net, val, False, rank=rank, world=world)
    say("last weights, fp32, short side %d: %.2f %%" % (RESIZE, 100 * hits.sum() / count.sum()))
    say("%d epochs, %.0f s of training" % (args.epochs, spent))


def train(args):
    os.makedirs(args.work, exist_ok=True)
    for split in ("train", "val"):
        load_split(args.data, split, args.work)               # decode before the processes start
    if args.workers == 1:
        return worker(0, args)
    args.rendezvous = os.path.join(args.work, "rendezvous-%d" % os.getpid())
    mp.spawn(worker, (args,), args.workers)


# ---------------------------------------------------------------- export and check

def load_net(work):
    net = Net()
    net.load_state_dict(torch.load(os.path.join(work, "last.pt"), map_location="cpu")["ema"])
    return net.eval()


def export(args):
    """The averaged weights as ONNX opset 13. The exporter folds BatchNorm into the convolutions
    unless --keep-bn is given."""
    import onnx
    net = load_net(args.work)
    training = torch.onnx.TrainingMode.PRESERVE if args.keep_bn else torch.onnx.TrainingMode.EVAL
    # one fixed batch size inside, a symbolic one outside: only Reshape-free operators are used
    torch.onnx.export(net, torch.zeros(1, 3, SIZE, SIZE), args.out, opset_version=13, training=training,
                      input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}})
    m = onnx.load(args.out)
    eps = torch.load(os.path.join(args.work, "last.pt"), map_location="cpu")["args"].get("epsilon", 0)
    m.doc_string = "Imagenette classifier, 3x%dx%d RGB, ten logits%s" % (
        SIZE, SIZE, ", adversarially trained (L2 radius %g)" % eps if eps else "")
    onnx.helper.set_model_props(m, {
        "labels": "\n".join(LABELS),
        "mean": ",".join(map(str, MEAN)),
        "std": ",".join(map(str, STD)),
        "input_size": "%d,%d" % (SIZE, SIZE),
        "resize_short_side": str(RESIZE),
        "channel_order": "RGB",
        "license": "trained from scratch on Imagenette",
    })
    onnx.checker.check_model(m, full_check=True)
    onnx.save(m, args.out)
    ops = {}
    for n in m.graph.node:
        ops[n.op_type] = ops.get(n.op_type, 0) + 1
    print(args.out, os.path.getsize(args.out), "bytes", ops)


def check(args):
    """Accuracy of the exported file against the checkpoint on the validation split."""
    torch.set_num_threads(args.threads)
    val = load_split(args.data, "val", args.work)
    net = load_net(args.work)
    hits, count = evaluate(net, val, False)
    print("checkpoint %.4f" % (hits.sum() / count.sum()))
    for name, h, c in zip(LABELS, hits, count):
        print("  %-17s %3d of %3d  %.1f %%" % (name, h, c, 100 * h / c))
    if args.epsilon > 0:
        hits, count = evaluate(net, val, not args.fp32, every=4, eps=args.epsilon, steps=10)
        print("attacked (L2 %g, 10 steps, every 4th picture) %.4f" % (args.epsilon, hits.sum() / count.sum()))
    try:
        import onnxruntime
    except ImportError:                                       # leave the tensors for another runtime
        print("onnxruntime is not installed: writing val-x.f32, val-logits.f32 and val-labels.i32")
        with torch.no_grad(), open(os.path.join(args.work, "val-x.f32"), "wb") as fx, \
                open(os.path.join(args.work, "val-logits.f32"), "wb") as fl:
            for i in range(0, len(val), 64):
                idx = range(i, min(i + 64, len(val)))
                x = to_input(np.stack([centre_crop(val.image(j)) for j in idx])).contiguous()
                fx.write(x.numpy().tobytes())
                fl.write(net(x).numpy().tobytes())
        val.labels.astype(np.int32).tofile(os.path.join(args.work, "val-labels.i32"))
        return
    s = onnxruntime.InferenceSession(args.onnx, providers=["CPUExecutionProvider"])
    hit, worst = 0, 0.0
    for i in range(0, len(val), 64):
        idx = list(range(i, min(i + 64, len(val))))
        x = to_input(np.stack([centre_crop(val.image(j)) for j in idx])).contiguous()
        out = s.run(["logits"], {"image": x.numpy()})[0]
        with torch.no_grad():
            worst = max(worst, np.abs(out - net(x).numpy()).max())
        hit += (out.argmax(1) == val.labels[idx]).sum()
    print("exported   %.4f, largest logit difference %.2e" % (hit / len(val), worst))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("command", choices=["train", "export", "check"])
    p.add_argument("--data", help="folder with train/ and val/")
    p.add_argument("--work", required=True, help="folder for the decoded pictures and checkpoints")
    p.add_argument("--out", "--onnx", dest="out", default="models/imagenette-resnet.onnx", help="the ONNX file")
    p.add_argument("--keep-bn", action="store_true", help="export BatchNormalization nodes, unfolded")
    p.add_argument("--epochs", type=int, default=36)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=0.1)
    p.add_argument("--warmup", type=float, default=3, help="epochs of linear warm-up")
    p.add_argument("--weight-decay", type=float, default=5e-4)
    p.add_argument("--smoothing", type=float, default=0.1)
    p.add_argument("--ema", type=float, default=0.998)
    p.add_argument("--init", help="checkpoint whose averaged weights to start from")
    p.add_argument("--epsilon", type=float, default=0,
                   help="train on adversarial pictures: L2 radius in [0, 1] pixels at 128 x 128")
    p.add_argument("--attack-steps", type=int, default=1)
    p.add_argument("--ramp", type=float, default=2, help="epochs over which the radius grows to --epsilon")
    p.add_argument("--min-scale", type=float, default=0.3, help="smallest area share of a random crop")
    p.add_argument("--jitter", type=float, default=0.25)
    p.add_argument("--eval-every", type=int, default=5)
    p.add_argument("--threads", type=int, default=2, help="of all processes together")
    p.add_argument("--workers", type=int, default=2, help="training processes")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--fp32", action="store_true", help="no bf16 autocast")
    p.add_argument("--resume", action="store_true")
    p.add_argument("--robust", action="store_true", help="the settings of the robust network")
    if "--robust" in sys.argv:
        p.set_defaults(**ROBUST)
    args = p.parse_args()
    args.onnx = args.out
    if args.command != "export" and not args.data:
        p.error("--data is needed")
    return {"train": train, "export": export, "check": check}[args.command](args)


if __name__ == "__main__":
    sys.exit(main())
