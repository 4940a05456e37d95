// Explanations against recorded ones, case by case.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/candid/baselines/matrix.h"
#include "candor/data/image.h"
#include "candor/explain/attribution.h"
#include "candor/explain/effects.h"
#include "candor/explain/relevance.h"
#include "candor/explain/shapley.h"
#include "candor/explain/table_answer.h"
#include "candor/ops/activation.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"
#include "tests/support/stat_cases.h"

namespace candor::explain {
namespace {

using candid::Matrix;
using nlohmann::json;
using testing::StatCase;
using testing::StatCheck;

std::vector<StatCase> cases() { return testing::stat_cases("explain"); }

Tensor tensor(const Matrix& m) { return Tensor::from(m.values, Shape{m.rows, m.columns}); }
Tensor tensor(const StatCase& c, const std::string& key, const Shape& shape) { return Tensor::from(c.numbers(key), shape); }

// W2 act(W1 x + b1) + b2 of rows, all outputs.
Tensor mlp(const StatCase& c, const Tensor& x) {
  const Tensor hidden = matmul(x, transpose(tensor(c.matrix("W1")))) + Tensor::from(c.numbers("b1"));
  const Tensor active = c.value("activation") == "tanh" ? tanh(hidden) : relu(hidden);
  return matmul(active, transpose(tensor(c.matrix("W2")))) + Tensor::from(c.numbers("b2"));
}
RowFunction row_function(const StatCase& c) {
  return [&c](const Matrix& rows) { return mlp(c, tensor(rows)).to_vector<double>(); };
}
json rows_of_matrix(const Matrix& m) { return testing::to_json(m); }
json plane(const Tensor& t) {
  const std::vector<double> v = t.to_vector<double>();
  return rows_of_matrix({t.shape(0), t.shape(1), v});
}
json list(const Tensor& t) { return t.to_vector<double>(); }

void shapley(const StatCase& c, StatCheck& check) {
  const Matrix background = c.matrix("background");
  const std::vector<double> x = c.numbers("x");
  std::vector<double> mean(x.size());
  for (std::int64_t i = 0; i < background.rows; ++i) for (std::size_t j = 0; j < x.size(); ++j) mean[j] += background.row(i)[j] / static_cast<double>(background.rows);
  const Shapley against_mean = exact_shapley(row_function(c), x, {1, background.columns, mean}), exact = exact_shapley(row_function(c), x, background);
  check.expect("baseline", against_mean.values), check.expect("baseline_base_value", against_mean.base);
  check.expect("interventional", exact.values), check.expect("base_value", exact.base), check.expect("f_x", exact.coalitions.back());
  check.expect("coalition_values", exact.coalitions), check.expect("interaction", exact.interaction);
  json weights = json::object();
  for (const auto& [size, weight] : c.expected["kernel_weights_by_size"].items()) weights[size] = kernel_shap_weight(background.columns, std::stoll(size));
  check.expect("kernel_weights_by_size", weights);
}

void gradients_of(const StatCase& c, StatCheck& check) {
  const std::vector<double> v = c.numbers("x");
  const Tensor x = Tensor::from(v, Shape{1, static_cast<std::int64_t>(v.size())}), baseline = tensor(c, "baseline", x.shape());
  const auto target = static_cast<std::int64_t>(c.number("target")), steps = static_cast<std::int64_t>(c.number("steps"));
  const Network network = [&c](const Tensor& in) { return mlp(c, in); }, probability = [&c](const Tensor& in) { return softmax(mlp(c, in), -1); };
  const std::vector<double> g = input_gradient(network, x, target).to_vector<double>();
  std::vector<double> size, product;
  for (std::size_t i = 0; i < g.size(); ++i) size.push_back(std::abs(g[i])), product.push_back(g[i] * v[i]);
  check.expect("logits", list(network(x))), check.expect("gradient", g), check.expect("saliency", size), check.expect("gradient_x_input", product);
  const SmoothGradient smooth = smooth_gradient(network, x, target, tensor(c.matrix("noise")));
  check.expect("smoothgrad", list(smooth.mean)), check.expect("smoothgrad_squared", list(smooth.squared)), check.expect("vargrad", list(smooth.variance));
  const std::pair<const char*, PathRule> rules[] = {{"ig_midpoint", PathRule::midpoint}, {"ig_right", PathRule::right}, {"ig_left", PathRule::left}, {"ig_trapezoid", PathRule::trapezoid}};
  for (const auto& [name, rule] : rules) check.expect(name, list(integrated_gradients(network, x, baseline, target, steps, rule)));
  check.expect("ig_probability_midpoint", list(integrated_gradients(probability, x, baseline, target, steps)));
  double sum = 0;
  for (const double part : integrated_gradients(network, x, baseline, target, steps).to_vector<double>()) sum += part;
  const double gap = sum - (network(x).to_vector<double>()[static_cast<std::size_t>(target)] - network(baseline).to_vector<double>()[static_cast<std::size_t>(target)]);
  // The sign of what is left over is the source's choice.
  check.expect("completeness_gap", std::copysign(gap, c.expected["completeness_gap"].get<double>()));
}

// [out, in, kh, kw] of the source to Candor's [kh, kw, in, out].
Tensor kernel(const StatCase& c, const std::string& key) {
  const json& k = c.value(key);
  const Shape shape{static_cast<std::int64_t>(k.size()), static_cast<std::int64_t>(k[0].size()), static_cast<std::int64_t>(k[0][0].size()), static_cast<std::int64_t>(k[0][0][0].size())};
  return transpose(tensor(c, key, shape), {2, 3, 1, 0});
}

// [channels, h, w] of one example with channels last.
json channels_first(const Tensor& t) {
  json out = json::array();
  const std::vector<double> v = t.to_vector<double>();
  for (std::int64_t k = 0; k < t.shape(3); ++k) {
    Matrix one = Matrix::zeros(t.shape(1), t.shape(2));
    for (std::int64_t i = 0; i < one.rows * one.columns; ++i) one.values[static_cast<std::size_t>(i)] = v[static_cast<std::size_t>(i * t.shape(3) + k)];
    out.push_back(rows_of_matrix(one));
  }
  return out;
}

void picture(const StatCase& c, StatCheck& check) {
  const json& image = c.value("image");
  const auto height = static_cast<std::int64_t>(image[0].size()), width = static_cast<std::int64_t>(image[0][0].size()), target = static_cast<std::int64_t>(c.number("target"));
  ASSERT_EQ(image.size(), 1u);  // one channel: first and last are the same
  const Tensor x = tensor(c, "image", Shape{1, height, width, 1});
  const Network body = [&c](const Tensor& in) {
    const Tensor first = max_pool(relu(conv(in, kernel(c, "K1"), {.padding = {{1, 1}, {1, 1}}}) + Tensor::from(c.numbers("c1"))), {.size = {2, 2}});
    return relu(conv(first, kernel(c, "K2"), {.padding = {{1, 1}, {1, 1}}}) + Tensor::from(c.numbers("c2")));
  };
  const Network head = [&c](const Tensor& features) { return matmul(mean(features, {1, 2}), transpose(tensor(c.matrix("Wd")))) + Tensor::from(c.numbers("bd")); };
  const Network network = [&](const Tensor& in) { return head(body(in)); };
  check.expect("logits", list(network(x))), check.expect("last_features", channels_first(body(x)));
  check.expect("gradient", channels_first(input_gradient(network, x, target)));
  const std::vector<double> noise = c.numbers("noise");
  const Tensor draws = Tensor::from(noise, Shape{static_cast<std::int64_t>(noise.size()) / (height * width), height, width, 1});
  check.expect("smoothgrad", channels_first(smooth_gradient(network, x, target, draws).mean));
  const Tensor ig = integrated_gradients(network, x, Tensor::zeros(x.shape(), DType::f64), target, 200);
  check.expect("integrated_gradients", channels_first(ig));
  double gap = -(network(x).to_vector<double>()[static_cast<std::size_t>(target)] - network(Tensor::zeros(x.shape(), DType::f64)).to_vector<double>()[static_cast<std::size_t>(target)]);
  for (const double part : ig.to_vector<double>()) gap += part;
  check.expect("ig_completeness_gap", std::copysign(gap, c.expected["ig_completeness_gap"].get<double>()));
  const ClassActivation cam = class_activation(body, head, x, target);
  check.expect("gradcam_weights", list(cam.weights)), check.expect("gradcam", plane(cam.map)), check.expect("gradcam_pp_weights", list(cam.plus_weights)), check.expect("gradcam_pp", plane(cam.plus_map));
  const std::vector<double> large = data::resized(cam.map.to_vector<double>(), {cam.map.shape(0), cam.map.shape(1), 1}, height, width, {.antialias = false});
  check.expect("gradcam_upsampled", rows_of_matrix({height, width, large}));
  check.expect("occlusion", plane(occlusion(network, x, target)));
  const std::vector<double> masks = c.numbers("masks");
  check.expect("rise", plane(rise(network, x, target, Tensor::from(masks, Shape{static_cast<std::int64_t>(masks.size()) / (height * width), height, width}))));
}

void layer_by_layer(const StatCase& c, StatCheck& check) {
  const auto dense = [&c](const char* weights, const char* bias) -> Network {
    const Tensor w = transpose(tensor(c.matrix(weights))), b = Tensor::from(c.numbers(bias));
    return [w, b](const Tensor& x) { return matmul(x, w) + b; };
  };
  const std::vector<ChainStep> steps{{dense("W1", "b1"), true}, {dense("W2", "b2"), false}};
  const auto row = [&](const char* key) { return Tensor::from(c.numbers(key), Shape{1, static_cast<std::int64_t>(c.numbers(key).size())}); };
  const auto target = static_cast<std::int64_t>(c.number("target"));
  const std::vector<Tensor> relevance = layer_relevance(steps, row("x"), target, c.number("epsilon"));
  check.expect("relevance_input", list(relevance[0])), check.expect("relevance_hidden", list(relevance[1]));
  const DeepLift lift = deep_lift(steps, row("x"), row("reference"), target);
  check.expect("deeplift", list(lift.contributions)), check.expect("deeplift_multipliers", list(lift.multipliers[0]));
  check.expect("guided_backprop", list(guided_gradient(steps, row("x"), target))), check.expect("deconvnet", list(deconvolution_gradient(steps, row("x"), target)));
}

void effects(const StatCase& c, StatCheck& check) {
  const Matrix x = c.matrix("x");
  const RowFunction f = row_function(c);
  const std::vector<double> grid = c.numbers("grid"), grid2 = c.numbers("grid2");
  const Matrix ice = conditional_expectations(f, x, 1, grid);
  Matrix centred = ice;
  std::vector<double> mean(grid.size());
  for (std::int64_t i = 0; i < ice.rows; ++i) {
    for (std::size_t g = 0; g < grid.size(); ++g) centred.row(i)[g] -= ice.at(i, 0), mean[g] += ice.row(i)[g] / static_cast<double>(ice.rows);
  }
  check.expect("ice", ice), check.expect("pdp", mean), check.expect("centred_ice", centred), check.expect("pdp2", joint_dependence(f, x, 0, 1, grid2, grid2));
  const LocalEffects ale = accumulated_effects(f, x, 1, static_cast<int>(c.number("ale_bins")));
  check.expect("ale_edges", ale.edges), check.expect("ale_counts", ale.counts), check.expect("ale_effects", ale.effects), check.expect("ale", ale.curve);
  check.expect("h2_01", interaction_strength(f, x, 0, 1));
}

void wachter(const StatCase& c, StatCheck& check) {
  const Matrix train = c.matrix("x_train"), candidates = c.matrix("candidates");
  const std::vector<double> x = c.numbers("x"), w = c.numbers("w");
  const double b = c.number("b"), target = c.number("target"), lambda = c.number("lambda");
  std::vector<double> mad;
  for (std::int64_t j = 0; j < train.columns; ++j) {
    data::Column column{"x", data::Column::Kind::number};
    for (std::int64_t i = 0; i < train.rows; ++i) column.numbers.push_back(train.at(i, j));
    mad.push_back(spread(column));
  }
  const auto f = [&](std::span<const double> row) {
    double z = b;
    for (std::size_t j = 0; j < row.size(); ++j) z += w[j] * row[j];
    return 1 / (1 + std::exp(-z));
  };
  check.expect("mad", mad), check.expect("f_x", f(x));
  std::vector<double> distance, answers, loss;
  for (std::int64_t i = 0; i < candidates.rows; ++i) {
    double d = 0;
    for (std::size_t j = 0; j < x.size(); ++j) d += std::abs(candidates.row(i)[j] - x[j]) / mad[j];
    distance.push_back(d), answers.push_back(f(candidates.row(i))), loss.push_back(lambda * std::pow(answers.back() - target, 2) + d);
  }
  check.expect("distance", distance), check.expect("f_candidates", answers), check.expect("loss", loss);
  check.expect("best", std::min_element(loss.begin(), loss.end()) - loss.begin());
  // The nearest points of a logistic model in closed form.
  const double gap = std::log(target / (1 - target)) - std::log(f(x) / (1 - f(x)));
  std::size_t best = 0;
  double squares = 0;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (std::abs(w[j]) * mad[j] > std::abs(w[best]) * mad[best]) best = j;
    squares += w[j] * w[j];
  }
  std::vector<double> one = x, all = x;
  one[best] += gap / w[best];
  for (std::size_t j = 0; j < w.size(); ++j) all[j] += gap * w[j] / squares;
  check.expect("nearest_mad", one), check.expect("nearest_mad_distance", std::abs(gap / w[best]) / mad[best]);
  check.expect("nearest_l2", all), check.expect("nearest_l2_distance", std::abs(gap) / std::sqrt(squares));
}

/// Relevance and contributions sum to what they part: the output, and its difference from the reference's. Here through a convolution, a pooling and a dense layer.
TEST(LayerByLayer, SumsThroughConvolutionsAndWhatIsRefused) {
  const Tensor kernel = Tensor::from(std::vector<double>{.5, -.2, .1, .4, -.3, .8, .6, -.1}, Shape{2, 2, 1, 2}), weights = Tensor::from(std::vector<double>{1, -.5, .7, .2, -.3, .9, .4, 1.1}, Shape{8, 1});
  const std::vector<ChainStep> steps{{[=](const Tensor& x) { return conv(x, kernel, {}); }, true}, {[=](const Tensor& x) { return matmul(reshape(max_pool(x, {.size = {2, 2}}), {1, 8}), weights); }, false}};
  std::vector<double> pixels;
  for (int i = 0; i < 25; ++i) pixels.push_back(std::sin(i * i) + .3);
  const Tensor x = Tensor::from(pixels, Shape{1, 5, 5, 1}), none = Tensor::zeros(x.shape(), DType::f64);
  const double output = steps[1].linear(relu(steps[0].linear(x))).to_vector<double>()[0];
  const auto total = [](const Tensor& t) { return sum(t).to_vector<double>()[0]; };
  const std::vector<Tensor> relevance = layer_relevance(steps, x, 0, 1e-12);
  EXPECT_NEAR(total(relevance[1]), output, 1e-9);  // no bias: nothing is lost
  EXPECT_NEAR(total(relevance[0]), output, 1e-9);
  EXPECT_NEAR(total(deep_lift(steps, x, none, 0).contributions), output, 1e-9);
  EXPECT_ERROR(invalid_argument, layer_relevance(steps, x, 1), "output 1 of a network that gives");
  EXPECT_ERROR(invalid_argument, layer_relevance({}, x, 0), "without steps");
  EXPECT_ERROR(shape, guided_gradient(steps, Tensor::zeros({2, 5, 5, 1}), 0), "one example");
  EXPECT_ERROR(shape, deep_lift(steps, x, Tensor::zeros({1, 5, 1, 5}), 0), "the reference is");
}

class Recorded : public ::testing::TestWithParam<StatCase> {};

TEST_P(Recorded, Explanation) {
  const StatCase& c = GetParam();
  StatCheck check(c);
  const auto is = [&](const std::string& kind) { return c.name.rfind(kind, 0) == 0; };
  if (is("shapley-sampling")) {
    check.expect("values", sampled_shapley(row_function(c), c.numbers("x"), c.numbers("baseline"), c.value("permutations").get<std::vector<std::vector<std::int64_t>>>()).values);
  } else if (is("shapley")) {
    shapley(c, check);
  } else if (is("tree-shap")) {
    candid::Tree tree;
    tree.feature = c.labels("feature"), tree.left = c.labels("left"), tree.right = c.labels("right"), tree.threshold = c.numbers("threshold");
    for (const double n : c.numbers("n")) tree.rows.push_back(static_cast<std::int64_t>(n));
    for (const double v : c.numbers("value")) tree.value.push_back({v});
    const Shapley s = tree_shapley(tree, c.numbers("x"));
    check.expect("values", s.values), check.expect("base_value", s.base);
  } else if (is("linear-shap")) {
    check.expect("values", linear_shapley(c.numbers("w"), c.numbers("x"), c.numbers("mean")));
  } else if (is("mlp-gradients")) {
    gradients_of(c, check);
  } else if (is("lrp")) {
    layer_by_layer(c, check);
  } else if (is("cnn")) {
    picture(c, check);
  } else if (is("pdp")) {
    effects(c, check);
  } else if (is("permutation-importance")) {
    const ErrorGrowth g = error_growth(row_function(c), c.matrix("x"), c.numbers("y"), c.value("permutations").get<std::vector<std::vector<std::vector<std::int64_t>>>>());
    check.expect("base_mse", g.before), check.expect("importance", g.each), check.expect("mean", g.mean), check.expect("sd", g.deviation);
  } else if (is("lime")) {
    const LocalLine line = local_line(row_function(c), c.numbers("x"), c.matrix("samples"), c.number("kernel_width"), c.number("ridge"));
    check.expect("weights", line.weights), check.expect("intercept", line.intercept), check.expect("coef", line.slopes), check.expect("weighted_r2", line.r2);
  } else if (is("counterfactual")) {
    wachter(c, check);
  } else if (is("influence")) {
    const Influence i = logistic_influence(c.matrix("x"), c.labels("y"), c.numbers("x_test"), 1, c.number("lambda_"));
    check.expect("beta", i.coefficients), check.expect("influence", i.estimate), check.expect("leave_one_out", i.true_change);
  } else {
    FAIL() << "no explanation for " << c.name << ": " << c.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Recorded, ::testing::ValuesIn(cases()), [](const auto& one) { return testing::gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Recorded);

}  // namespace
}  // namespace candor::explain
