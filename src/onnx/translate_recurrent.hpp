#pragma once

#include "onnx/translate.hpp"

namespace fovea::onnx_import {

// LSTM, GRU and RNN, taken apart step by step.

/// Why a node of these is beyond fovea, as far as its attributes tell; empty when it is not.
std::string recurrent_why_not(const NodeReader& node, std::int64_t opset);

void translate_gru(TranslateContext& c);
void translate_lstm(TranslateContext& c);
void translate_rnn(TranslateContext& c);

}  // namespace fovea::onnx_import
