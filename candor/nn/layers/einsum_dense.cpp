#include "candor/nn/layers/einsum_dense.h"

#include <algorithm>

#include "candor/nn/layers/from_config.h"
#include "candor/nn/layers/kernel_holder.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"

namespace candor {
namespace {

constexpr const char* dots = "...";

/// The letters of "...ab,bc->...ac" and where the dots stand.
struct Equation {
  std::string input, kernel, output;
  bool left = false, right = false;
};

bool letters(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

bool take_prefix(std::string& text) { return text.starts_with(dots) && (text.erase(0, 3), true); }
bool take_suffix(std::string& text) { return text.ends_with(dots) && (text.erase(text.size() - 3), true); }

Equation parse(std::string equation) {
  const std::string given = equation;
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const std::size_t comma = equation.find(','), arrow = equation.find("->");
  Equation e;
  bool good = comma != std::string::npos && arrow != std::string::npos && comma < arrow;
  if (good) {
    e.input = equation.substr(0, comma), e.kernel = equation.substr(comma + 1, arrow - comma - 1), e.output = equation.substr(arrow + 2);
    const bool left = take_prefix(e.input), right = take_suffix(e.input);
    good = take_prefix(e.output) == left && take_suffix(e.output) == right && !(left && right) && letters(e.input) && letters(e.kernel) && letters(e.output);
    e.left = left, e.right = right;
  }
  if (!good) {
    fail(ErrorKind::invalid_argument, "EinsumDense: the equation '" + given + "' must have the form ab,bc->ac, ...ab,bc->...ac or ab...,bc->ac...");
  }
  return e;
}

/// Draws as Keras draws for these axes: initializers that scale by fans count the kernel's input and output axes instead of taking it for a
/// convolution's. A scale s over the fan of `shape` is s * fan(shape) / fan(axes) over the other.
Initializer scaled_for(const Initializer& initializer, const Shape& shape, double fan_in, double fan_out) {
  const Config described = initializer.config();
  const std::string& kind = described.at("class_name").text();
  const Config& c = described.at("config");
  VarianceScaling v{.scale = 1, .mode = "fan_in", .distribution = kind.ends_with("Uniform") ? "uniform" : "truncated_normal", .seed = detail::seed_from(c)};
  if (kind == "VarianceScaling") v.scale = c.at("scale").number(), v.mode = c.at("mode").text(), v.distribution = c.at("distribution").text();
  else if (kind == "GlorotUniform" || kind == "GlorotNormal") v.mode = "fan_avg";
  else if (kind == "HeUniform" || kind == "HeNormal") v.scale = 2;
  else if (kind != "LecunUniform" && kind != "LecunNormal") return initializer;
  const auto [as_conv_in, as_conv_out] = compute_fans(shape);
  const auto fan = [&](double in, double out) { return std::max(1.0, v.mode == "fan_in" ? in : v.mode == "fan_out" ? out : (in + out) / 2); };
  v.scale *= fan(as_conv_in, as_conv_out) / fan(fan_in, fan_out);
  return v;
}

class EinsumDenseBody final : public detail::SimpleLayerBody, public detail::KernelHolder, public detail::LoraHolder {
 public:
  EinsumDenseBody(std::string equation, std::vector<std::int64_t> output_shape, EinsumDenseOptions options)
      : SimpleLayerBody(options.name), equation_(std::move(equation)), parsed_(parse(equation_)), output_shape_(std::move(output_shape)), options_(std::move(options)) {
    for (char c : options_.bias_axes) {
      if (parsed_.output.find(c) == std::string::npos) fail(ErrorKind::invalid_argument, "EinsumDense: bias_axes names '" + std::string(1, c) + "', which the output '" + parsed_.output + "' has not");
    }
    for (char c : parsed_.output) {
      if (parsed_.input.find(c) == std::string::npos && parsed_.kernel.find(c) == std::string::npos) fail(ErrorKind::invalid_argument, "EinsumDense: the output's '" + std::string(1, c) + "' is neither an axis of the input nor of the kernel in " + equation_);
    }
    for (char c : parsed_.kernel) {
      if (parsed_.input.find(c) == std::string::npos && parsed_.output.find(c) == std::string::npos) fail(ErrorKind::invalid_argument, "EinsumDense: the kernel's '" + std::string(1, c) + "' is neither an axis of the input nor of the output in " + equation_);
    }
    for (std::int64_t extent : output_shape_) {
      if (extent != -1) detail::require_positive("EinsumDense", "output_shape", extent);
    }
    detail::require_lora_rank("EinsumDense", options_.lora_rank, options_.kernel_constraint);
    lora.rank = options_.lora_rank.value_or(0);
    lora.alpha = options_.lora_alpha.value_or(static_cast<double>(lora.rank));
    set_activity_regularizer(options_.activity_regularizer);
  }
  std::string kind() const override { return "EinsumDense"; }
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }

  Config options() const override {
    Config c = Config::map();
    Config::List shape;
    for (std::int64_t extent : output_shape_) shape.push_back(extent == -1 ? Config() : Config(extent));
    c.set("output_shape", shape).set("equation", equation_).set("activation", detail::activation_config(options_.activation));
    c.set("bias_axes", options_.bias_axes.empty() ? Config() : Config(options_.bias_axes));
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config());
    c.set("kernel_regularizer", options_.kernel_regularizer.config()).set("bias_regularizer", options_.bias_regularizer.config());
    c.set("activity_regularizer", activity_regularizer().config());
    c.set("kernel_constraint", options_.kernel_constraint.config()).set("bias_constraint", options_.bias_constraint.config());
    c.set("quantization_config", {});
    lora.config(c);
    return c;
  }

  void build(std::span<const TensorType> in) override {
    const Shape& x = in[0].shape;
    const std::vector<std::int64_t> out = output_of(x);
    const auto elided = static_cast<std::size_t>(x.rank()) - parsed_.input.size(), lead = parsed_.left ? elided : 0;
    const auto of_input = [&](char c) { return x[static_cast<int>(parsed_.input.find(c) + lead)]; };
    const auto of_output = [&](char c) { return out[parsed_.output.find(c) + lead]; };
    for (char c : parsed_.input) {
      if (parsed_.output.find(c) == std::string::npos || of_output(c) == of_input(c)) continue;
      complain(ErrorKind::shape, "the axis '" + std::string(1, c) + "' of " + equation_ + " has " + std::to_string(of_input(c)) + " in the input " + to_string(x) + " and " + std::to_string(of_output(c)) + " in output_shape");
    }
    std::vector<std::int64_t> shape;
    double fan_in = 1, fan_out = 1;
    for (char c : parsed_.kernel) {
      const bool leaves = parsed_.output.find(c) != std::string::npos;
      shape.push_back(leaves ? of_output(c) : of_input(c));
      (leaves ? fan_out : fan_in) *= static_cast<double>(shape.back());
    }
    const DType dtype = detail::compute_dtype(in[0].dtype);
    kernel = add_weight("kernel", Shape(shape), scaled_for(options_.kernel_initializer, Shape(shape), fan_in, fan_out), dtype, true, options_.kernel_regularizer, options_.kernel_constraint);
    if (!options_.bias_axes.empty()) {
      const auto has = [&](char c) { return options_.bias_axes.find(c) != std::string::npos; };
      std::vector<std::int64_t> extents;
      for (char c : parsed_.output) {
        if (!extents.empty() || has(c)) extents.push_back(has(c) ? of_output(c) : 1);
      }
      if (parsed_.right) extents.insert(extents.end(), elided, 1);
      bias = add_weight("bias", Shape(extents), options_.bias_initializer, dtype, true, options_.bias_regularizer, options_.bias_constraint);
    }
    rank_ = x.rank();
    if (options_.lora_rank) add_lora(lora.rank, {.lora_alpha = lora.alpha});
  }

  void enable_lora(std::int64_t rank, const LoraOptions& o) override {
    if (!built()) complain(ErrorKind::invalid_argument, "LoRA needs the kernel: build the layer first");
    add_lora(rank, o);
  }

  Variable bias;

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, kernel.type().dtype);
    check_input(x);
    Tensor y = einsum(equation_, {x, lora.added_to(kernel_value())});
    if (bias.defined()) y = y + bias.value();
    return options_.activation(y);
  }

 private:
  /// The output's extents, batch and elided axes included.
  std::vector<std::int64_t> output_of(const Shape& x) const {
    const auto rank = static_cast<std::size_t>(x.rank());
    const bool elides = parsed_.left || parsed_.right;
    if (elides ? rank < parsed_.input.size() : rank != parsed_.input.size()) {
      complain(ErrorKind::shape, "the input of " + equation_ + " has " + std::to_string(parsed_.input.size()) + (elides ? " axes or more" : " axes") + "; it is " + to_string(x));
    }
    const std::size_t elided = rank - parsed_.input.size();
    std::vector<std::int64_t> out{x[0]};
    if (parsed_.left) {
      for (std::size_t i = 1; i < elided; ++i) out.push_back(x[static_cast<int>(i)]);
    }
    out.insert(out.end(), output_shape_.begin(), output_shape_.end());
    if (parsed_.right) {
      for (std::size_t i = rank - elided; i < rank; ++i) out.push_back(x[static_cast<int>(i)]);
    }
    if (out.size() != parsed_.output.size() + elided) {
      complain(ErrorKind::shape, "output_shape has " + std::to_string(output_shape_.size()) + " extents; with the input " + to_string(x) + " the output of " + equation_ +
                                     " needs " + std::to_string(parsed_.output.size() + elided - (out.size() - output_shape_.size())));
    }
    const std::size_t lead = parsed_.left ? elided : 0;
    for (std::size_t i = 0; i < parsed_.output.size(); ++i) {
      if (out[i + lead] != -1) continue;
      const std::size_t at = parsed_.input.find(parsed_.output[i]);
      if (at == std::string::npos) complain(ErrorKind::invalid_argument, "output_shape must give the extent of '" + std::string(1, parsed_.output[i]) + "', which the input has not");
      out[i + lead] = x[static_cast<int>(at + lead)];
    }
    return out;
  }

  void check_input(const Tensor& x) const {
    const std::size_t lead = parsed_.left ? static_cast<std::size_t>(x.rank()) - std::min(parsed_.input.size(), static_cast<std::size_t>(x.rank())) : 0;
    if (x.rank() != rank_) complain(ErrorKind::shape, "was built for inputs of " + std::to_string(rank_) + " axes; this one is " + to_string(x.shape()));
    for (std::size_t i = 0; i < parsed_.input.size(); ++i) {
      const std::size_t at = parsed_.kernel.find(parsed_.input[i]);
      if (at == std::string::npos) continue;
      const std::int64_t want = kernel.shape()[static_cast<int>(at)], have = x.shape(static_cast<int>(i + lead));
      if (want != have) {
        complain(ErrorKind::shape, "the axis '" + std::string(1, parsed_.input[i]) + "' of " + equation_ + " has " + std::to_string(have) + " in the input " + to_string(x.shape()) +
                                       " and " + std::to_string(want) + " in the kernel " + to_string(kernel.shape()));
      }
    }
  }

  void add_lora(std::int64_t rank, const LoraOptions& o) {
    detail::require_positive("EinsumDense", "lora_rank", rank);
    if (lora.enabled()) complain(ErrorKind::invalid_argument, "has LoRA already");
    if (options_.kernel_constraint.defined()) complain(ErrorKind::invalid_argument, "LoRA and a kernel_constraint exclude each other");
    const DType dtype = kernel.type().dtype == DType::f64 ? DType::f64 : DType::f32;
    lora.rank = rank;
    lora.alpha = o.lora_alpha.value_or(static_cast<double>(rank));
    lora.a = add_weight("lora_kernel_a", kernel.shape().with(-1, rank), o.a_initializer, dtype, true, options_.kernel_regularizer);
    lora.b = add_weight("lora_kernel_b", {rank, kernel.shape()[-1]}, o.b_initializer, dtype, true, options_.kernel_regularizer);
    freeze_weight(kernel);
  }

  std::string equation_;
  Equation parsed_;
  std::vector<std::int64_t> output_shape_;
  EinsumDenseOptions options_;
  int rank_ = 0;
};

}  // namespace

EinsumDense::EinsumDense(std::string equation, std::vector<std::int64_t> output_shape, EinsumDenseOptions options)
    : Layer(std::make_shared<EinsumDenseBody>(std::move(equation), std::move(output_shape), std::move(options))) {}
Variable EinsumDense::kernel() const { return static_cast<const EinsumDenseBody&>(body()).kernel; }
Variable EinsumDense::bias() const { return static_cast<const EinsumDenseBody&>(body()).bias; }
void EinsumDense::enable_lora(std::int64_t rank, LoraOptions options) const { static_cast<EinsumDenseBody&>(body()).enable_lora(rank, options); }

Layer EinsumDense::from_config(const Config& c) {
  detail::refuse_quantization("EinsumDense", c);
  const Config& shape = c.at("output_shape");
  std::vector<std::int64_t> extents;
  if (shape.is_list()) {
    for (const Config& extent : shape.items()) extents.push_back(extent.is_null() ? -1 : extent.integer());
  } else {
    extents.push_back(shape.integer());
  }
  return EinsumDense(c.at("equation").text(), extents,
                     {.activation = detail::activation_from(c),
                      .bias_axes = c.get("bias_axes", ""),
                      .kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform"),
                      .bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros"),
                      .kernel_regularizer = detail::regularizer_from(c, "kernel_regularizer"),
                      .bias_regularizer = detail::regularizer_from(c, "bias_regularizer"),
                      .activity_regularizer = detail::regularizer_from(c, "activity_regularizer"),
                      .kernel_constraint = detail::constraint_from(c, "kernel_constraint"),
                      .bias_constraint = detail::constraint_from(c, "bias_constraint"),
                      .lora_rank = detail::integer_from(c, "lora_rank"),
                      .lora_alpha = detail::number_from(c, "lora_alpha"),
                      .name = detail::config_name(c)});
}

}  // namespace candor
