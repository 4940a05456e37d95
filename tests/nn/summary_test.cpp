// summary() and plot_model(): what a person sees of a model.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "candor/base/file.h"
#include "candor/candor.h"
#include "candor/nn/plot_model.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}
std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : lines_of(text))
    if (line.find(part) != std::string::npos) return line;
  return "no line with " + part + " in\n" + text;
}
void expect_parts(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in\n" << text;
}
std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}
std::size_t characters(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Two inputs through one shared layer, a nested model, and a sum.
Model siamese() {
  const Symbol a = Input({8}, {.name = "left"}), b = Input({8}, {.name = "right"});
  const Dense shared{4, {.name = "tower"}};
  const Sequential head{{Dense{16}, Dense{4}}, {.name = "head"}};
  const Symbol x = shared(a), y = shared(b);
  return Model({a, b}, {Add{}(std::vector<Symbol>{head(x), y})}, {.name = "siamese"});
}

TEST(Summary, AChainHasThreeColumnsAndSizes) {
  const Sequential model{Dense{16, {.activation = relu}}, Dense{10}};
  model.build(Shape{4});
  const std::string text = model.summary();
  expect_parts(text, {"Layer (type)", "Output Shape", "Param #", "dense (Dense)", "(None, 16)", "dense_1 (Dense)", " Total params: 250 (1000.00 B)", " Trainable params: 250", " Non-trainable params: 0 (0.00 B)"});
  EXPECT_EQ(text.find("Connected to"), std::string::npos);
  EXPECT_EQ(text.find("Optimizer params"), std::string::npos);
}

TEST(Summary, ConnectionsOfSharedLayers) {
  const std::string text = siamese().summary();
  expect_parts(text, {"Connected to", "left (InputLayer)", "head (Sequential)", "Model: \"siamese\""});
  expect_parts(line_with(text, "tower (Dense)"), {"left[0][0], right[0][0]", "36"});
  expect_parts(line_with(text, "head (Sequential)"), {"tower[0][0]", "148"});
  expect_parts(line_with(text, "add (Add)"), {"head[0][0], tower[1][0]"});
  expect_parts(line_with(text, "right (InputLayer)"), {"-"});
  EXPECT_EQ(count(text, "tower (Dense)"), 1u);
}

TEST(Summary, NestedModelsAreIndented) {
  const std::string text = siamese().summary({.expand_nested = true, .show_trainable = true});
  expect_parts(text, {"   └ dense (Dense)", "   └ dense_1 (Dense)", "Trainable"});
  expect_parts(line_with(text, "└ dense (Dense)"), {" Y "});
  const Sequential model{Dense{2}, Dropout{0.5f}, Dense{2}};
  model.build(Shape{3});
  model.layers()[0].set_trainable(false);
  const std::string frozen = model.summary({.show_trainable = true});
  expect_parts(line_with(frozen, "dense (Dense)"), {" N "});
  expect_parts(line_with(frozen, "dropout (Dropout)"), {" - "});
  expect_parts(frozen, {" Trainable params: 6 (24.00 B)", " Non-trainable params: 8 (32.00 B)"});
}

TEST(Summary, WhatTheOptimizerKeepsCounts) {
  const Sequential model{Dense{3}};
  model.build(Shape{2});
  model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}});
  model.compile_options().optimizer.build(model.parameters());
  // Two moments for each of the 9 weights, the counter and the rate, as Keras counts.
  expect_parts(model.summary(), {" Total params: 29 ", " Trainable params: 9 ", " Optimizer params: 20 "});
}

TEST(Summary, LinesAreAsLongAsAsked) {
  for (const std::int64_t length : {50, 64, 120}) {
    const std::vector<std::string> lines = lines_of(siamese().summary({.line_length = length}));
    for (std::size_t i = 1; i < lines.size() && lines[i].find("Total") == std::string::npos; ++i) EXPECT_EQ(characters(lines[i]), static_cast<std::size_t>(length)) << lines[i];
  }
  // Nothing is lost where a cell of the last column needs several lines.
  std::string letters;
  for (const std::string& line : lines_of(siamese().summary({.line_length = 50}))) {
    const std::string bar = "│";
    if (line.find(bar) != 0) continue;
    const std::size_t end = line.rfind(bar), begin = line.rfind(bar, end - 1) + bar.size();
    for (const char c : line.substr(begin, end - begin))
      if (c != ' ') letters += c;
  }
  EXPECT_NE(letters.find("right[0][0]"), std::string::npos) << letters;
  EXPECT_ERROR(invalid_argument, siamese().summary({.line_length = 10}), "at least 45");
}

TEST(PlotModel, SvgHasABoxForEachLayerAndAnArrowForEachConnection) {
  const Model model = siamese();
  const std::string svg = model_to_svg(model, {.show_shapes = true, .show_layer_names = true});
  expect_parts(svg, {"<svg xmlns", "tower (Dense)", "head (Sequential)", "Output: (None, 4)", "Input: [(None, 4), (None, 4)]", "</svg>"});
  EXPECT_EQ(count(svg, "class=\"b\""), 5u);  // two inputs, tower, head, add
  EXPECT_EQ(count(svg, "class=\"e\""), 5u);  // left and right to the tower, tower to head and add, head to add
  const std::string open = model_to_svg(model, {.expand_nested = true});
  EXPECT_EQ(count(open, "class=\"f1\""), 1u);
  EXPECT_EQ(count(open, "class=\"b\""), 7u);  // the head is a frame around its input and two layers
  EXPECT_EQ(model_to_svg(model), model_to_svg(model));
}

TEST(PlotModel, DotHasClustersForNestedModels) {
  const std::string dot = model_to_dot(siamese(), {.show_layer_names = true, .rankdir = "LR", .expand_nested = true, .show_trainable = true});
  expect_parts(dot, {"digraph model {", "rankdir=LR", "subgraph cluster_3", "tower (Dense) | Trainable", "n0 -> n2;", "n1 -> n2;"});
  EXPECT_EQ(count(dot, "{"), count(dot, "}"));
}

TEST(PlotModel, BoxesDoNotOverlapInAnyDirection) {
  const Symbol x = Input({6});
  std::vector<Symbol> branches;
  for (int i = 0; i < 4; ++i) {
    Symbol y = x;
    for (int k = 0; k <= i; ++k) y = Dense{5}(y);
    branches.push_back(y);
  }
  const Model model(x, Dense{1}(Concatenate{}(branches)));
  for (const char* direction : {"TB", "BT", "LR", "RL"}) {
    const std::string svg = model_to_svg(model, {.show_shapes = true, .rankdir = direction});
    std::vector<std::array<double, 4>> boxes;
    for (const std::string& line : lines_of(svg)) {
      std::array<double, 4> box{};
      if (std::sscanf(line.c_str(), "<rect class=\"b\" x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &box[0], &box[1], &box[2], &box[3]) == 4) boxes.push_back(box);
    }
    ASSERT_EQ(boxes.size(), 13u) << direction;
    for (std::size_t a = 0; a < boxes.size(); ++a) {
      EXPECT_GE(boxes[a][0], 0) << direction;
      EXPECT_GE(boxes[a][1], 0) << direction;
      for (std::size_t b = a + 1; b < boxes.size(); ++b)
        EXPECT_FALSE(boxes[a][0] < boxes[b][0] + boxes[b][2] && boxes[b][0] < boxes[a][0] + boxes[a][2] && boxes[a][1] < boxes[b][1] + boxes[b][3] && boxes[b][1] < boxes[a][1] + boxes[a][3])
            << direction << ": boxes " << a << " and " << b;
    }
  }
}

TEST(PlotModel, WritesFilesAndRefusesOthers) {
  const Sequential model{Dense{2, {.activation = relu}}};
  EXPECT_ERROR(invalid_argument, plot_model(model, "model.svg", {.show_shapes = true}), "not built");
  model.build(Shape{3});
  const std::string folder = std::filesystem::temp_directory_path() / "candor_plot_test";
  std::filesystem::create_directories(folder);
  plot_model(model, folder + "/model.svg", {.show_layer_activations = true});
  expect_parts(read_file(folder + "/model.svg"), {"Activation: relu"});
  plot_model(model, folder + "/model.dot");
  expect_parts(read_file(folder + "/model.dot"), {"Dense"});
  EXPECT_ERROR(invalid_argument, plot_model(model, folder + "/model.png"), ".svg or .dot");
  EXPECT_ERROR(invalid_argument, plot_model(model, folder + "/model.svg", {.rankdir = "down"}), "rankdir");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace candor
