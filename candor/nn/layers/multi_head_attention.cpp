#include "candor/nn/layers/multi_head_attention.h"

#include <algorithm>
#include <cmath>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/from_config.h"
#include "candor/nn/step_cache.h"
#include "candor/ops/activation.h"
#include "candor/ops/attention.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

/// What both layers are made of; MultiHeadAttention has as many key heads as heads.
struct Settings {
  std::string kind;
  std::int64_t heads, key_heads, key_dim, value_dim;
  MultiHeadAttentionOptions options;
};

std::int64_t product(std::span<const std::int64_t> extents) {
  std::int64_t total = 1;
  for (std::int64_t extent : extents) total *= extent;
  return total;
}

class HeadsBody final : public detail::LayerBody {
 public:
  explicit HeadsBody(Settings settings) : LayerBody(settings.options.name), s_(std::move(settings)) {
    const MultiHeadAttentionOptions& o = s_.options;
    const char* kind = s_.kind.c_str();
    const bool group = s_.kind == "GroupQueryAttention";
    detail::require_positive(kind, group ? "num_query_heads" : "num_heads", s_.heads);
    detail::require_positive(kind, "num_key_value_heads", s_.key_heads);
    detail::require_positive(kind, group ? "head_dim" : "key_dim", s_.key_dim);
    detail::require_positive(kind, "value_dim", s_.value_dim);
    detail::require_rate(kind, "dropout", o.dropout);
    for (std::int64_t extent : o.output_shape) detail::require_positive(kind, "output_shape", extent);
    if (o.sliding_window) detail::require_positive(kind, "sliding_window", *o.sliding_window);
    if (s_.heads % s_.key_heads != 0)
      fail(ErrorKind::invalid_argument, s_.kind + ": num_query_heads must be a multiple of num_key_value_heads, not " + std::to_string(s_.heads) + " for " + std::to_string(s_.key_heads));
    if (o.flash_attention.value_or(false) && o.dropout > 0)
      fail(ErrorKind::invalid_argument, s_.kind + ": flash_attention does not drop entries of the distribution; set dropout to 0 or leave flash_attention unset");
    if (o.rotary) {
      detail::check_rotary(kind, *o.rotary);
      if (s_.key_dim % 2 != 0) fail(ErrorKind::invalid_argument, s_.kind + ": rotary turns pairs, so " + (group ? "head_dim" : "key_dim") + " must be even, not " + std::to_string(s_.key_dim));
    }
    set_activity_regularizer(o.activity_regularizer);
  }

  std::string kind() const override { return s_.kind; }
  std::vector<std::string> call_arguments() const override {
    return {"key", "query_mask", "value_mask", "key_mask", "attention_mask", "attention_bias", "return_attention_scores", "use_causal_mask"};
  }

  Config options() const override {
    const MultiHeadAttentionOptions& o = s_.options;
    const auto optional_number = [](const std::optional<std::int64_t>& n) { return n ? Config(*n) : Config(); };
    const auto list = [](const std::vector<std::int64_t>& extents) { return extents.empty() ? Config() : Config::integers(extents); };
    Config c = Config::map();
    if (s_.kind == "MultiHeadAttention") {
      c.set("num_heads", s_.heads).set("key_dim", s_.key_dim).set("value_dim", optional_number(o.value_dim)).set("output_shape", list(o.output_shape));
      c.set("attention_axes", list(o.attention_axes));
    } else {
      c.set("head_dim", s_.key_dim).set("num_query_heads", s_.heads).set("num_key_value_heads", s_.key_heads);
    }
    c.set("dropout", o.dropout).set("use_bias", o.use_bias).set("use_gate", o.use_gate).set("sliding_window", optional_number(o.sliding_window));
    c.set("kernel_initializer", o.kernel_initializer.config()).set("bias_initializer", o.bias_initializer.config());
    c.set("kernel_regularizer", o.kernel_regularizer.config()).set("bias_regularizer", o.bias_regularizer.config());
    if (o.rotary) c.set("rotary", detail::rotary_config(*o.rotary));  // Keras does not know it, and need not where it is not used
    return c.set("kernel_constraint", o.kernel_constraint.config()).set("bias_constraint", o.bias_constraint.config()).set("seed", detail::config_of(o.seed));
  }

  void build(std::span<const TensorType> in) override {
    check_inputs(in);
    const DType dtype = detail::compute_dtype(in[0].dtype);
    const std::int64_t width = in[0].shape[-1];
    query_ = projection("query", {width, s_.heads, s_.key_dim}, 2, dtype);
    key_ = projection("key", {in.size() > 2 ? in[2].shape[-1] : in[1].shape[-1], s_.key_heads, s_.key_dim}, 2, dtype);
    if (s_.options.use_gate) gate_ = projection("gate", {width, s_.heads, s_.value_dim}, 2, dtype);
    value_ = projection("value", {in[1].shape[-1], s_.key_heads, s_.value_dim}, 2, dtype);
    std::vector<std::int64_t> out{s_.heads, s_.value_dim};
    if (s_.options.output_shape.empty()) out.push_back(width);
    else out.insert(out.end(), s_.options.output_shape.begin(), s_.options.output_shape.end());
    output_ = projection("attention_output", Shape(out), static_cast<int>(out.size()) - 2, dtype);
  }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    const Inputs in = inputs_of(xs);
    const bool scores = option("return_attention_scores", false), drop = mode == training && s_.options.dropout > 0;
    if (scores && s_.options.flash_attention.value_or(false))
      complain(ErrorKind::unsupported, "flash_attention does not have the scores; leave it unset to get them");
    const Tensor gate = s_.options.use_gate ? sigmoid(project(gate_, in.query, "gate", 1)) : Tensor();
    Tensor q = fold(project(query_, in.query, "query", 1)), k = fold(project(key_, in.key, "key", 1));
    const Tensor v = fold(project(value_, in.value, "value", 1));
    detail::StepCache* cache = detail::StepCache::current();
    if (s_.options.rotary) {
      if (in.query.rank() != 3) complain(ErrorKind::unsupported, "rotary is for queries [batch, steps, features]; the query is " + to_string(in.query.shape()));
      const Tensor places = cache ? cache->places(q.shape(1)) : Tensor();
      q = rotary_embedding(q, *s_.options.rotary, 0, places);
      k = rotary_embedding(k, *s_.options.rotary, 0, places);
    }
    const bool causal = option("use_causal_mask", false);
    if (cache) {
      Tensor heads = by_cache(*cache, in, q, k, v);
      if (gate.defined()) heads = heads * gate;
      return {project(output_, heads, "attention_output", 2)};
    }
    const Tensor mask = fold_mask(mask_of(in), q, k, in.query.rank() + 1);
    DotProductAttentionOptions how{.bias = bias_for(q, k, in.query.shape()), .mask = mask, .scale = 1 / std::sqrt(static_cast<double>(s_.key_dim)), .is_causal = causal && !mask.defined()};
    Tensor heads, weights;
    // As in Keras the two ways differ in queries that may attend to nothing: even here, zero there.
    if (!drop && !scores && s_.options.dropout == 0 && in.query.rank() == 3) {
      heads = dot_product_attention(q, k, v, how);
    } else {
      weights = attention_weights(q, k, how, true);
      const std::int64_t group = s_.heads / s_.key_heads;
      const Tensor values = transpose(group == 1 ? v : repeat(v, group, 2), {0, 2, 1, 3});
      const ops::SeedScope scope(s_.options.seed);
      heads = transpose(matmul(drop ? ops::dropout(weights, s_.options.dropout) : weights, values), {0, 2, 1, 3});
    }
    heads = unfold(heads, in.query.shape(), s_.value_dim);
    if (gate.defined()) heads = heads * gate;
    std::vector<Tensor> out{project(output_, heads, "attention_output", 2)};
    if (scores) out.push_back(unfold_scores(weights, in.query.shape(), in.value.shape()));
    return out;
  }

  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override {
    std::vector<Tensor> masks(outputs.size());
    masks[0] = xs[0].mask();
    if (outputs.size() > 1) {
      Tensor mask = mask_of(inputs_of(xs));
      if (mask.defined()) masks[1] = spread_mask(mask, outputs[1].rank());
    }
    return masks;
  }

 private:
  struct Projection {
    Variable kernel, bias;
  };
  struct Inputs {
    Tensor query, value, key;
    bool own_key;
  };

  void check_inputs(std::span<const TensorType> in) const {
    if (in.size() != 2 && in.size() != 3) complain(ErrorKind::shape, "takes query, value and perhaps key, " + std::to_string(in.size()) + " inputs were given; for self-attention give the same twice");
    for (const TensorType& type : in)
      if (type.shape.rank() < 3) complain(ErrorKind::shape, "takes [batch, steps, features]; an input is " + to_string(type.shape));
    if (s_.kind == "GroupQueryAttention" && in[0].shape.rank() != 3) complain(ErrorKind::shape, "takes [batch, steps, features]; the query is " + to_string(in[0].shape));
    if (in[0].shape.rank() != in[1].shape.rank()) complain(ErrorKind::shape, "query " + to_string(in[0].shape) + " and value " + to_string(in[1].shape) + " have another number of axes");
    if (in.size() > 2 && in[2].shape.without(-1) != in[1].shape.without(-1))
      complain(ErrorKind::shape, "key " + to_string(in[2].shape) + " and value " + to_string(in[1].shape) + " differ in more than the last axis");
    for (int axis = 0; axis + 1 < in[0].shape.rank(); ++axis)
      if (!attended(axis, in[0].shape.rank()) && in[0].shape[axis] != in[1].shape[axis])
        complain(ErrorKind::shape, "query " + to_string(in[0].shape) + " and value " + to_string(in[1].shape) + " differ along axis " + std::to_string(axis) + ", which is not attended over");
  }

  Inputs inputs_of(std::span<const Tensor> xs) const {
    const Tensor given = argument("key");
    Inputs in{xs[0], xs.size() > 1 ? xs[1] : Tensor(), xs.size() > 2 ? xs[2] : given, xs.size() > 2 || given.defined()};
    std::vector<TensorType> types;
    for (const Tensor& x : xs) types.push_back(x.type());
    if (xs.size() == 2 && given.defined()) types.push_back(given.type());
    check_inputs(types);
    if (!in.own_key) in.key = in.value;
    return in;
  }

  /// Attention of steps that follow those whose keys and values are kept.
  Tensor by_cache(detail::StepCache& cache, const Inputs& in, const Tensor& q, const Tensor& k, const Tensor& v) const {
    const auto refuse = [&](const char* why) { complain(ErrorKind::unsupported, std::string("cannot go step by step: ") + why); };
    if (!option("use_causal_mask", false)) refuse("it attends to later steps (use_causal_mask is not set)");
    if (in.query.rank() != 3 || in.own_key || detail::value_of(in.query) != detail::value_of(in.value)) refuse("it is no self-attention of [batch, steps, features]");
    if (option("return_attention_scores", false) || argument("attention_bias").defined()) refuse("its scores are returned or biased");
    for (const char* mask : {"query_mask", "value_mask", "key_mask", "attention_mask"})
      if (argument(mask).defined()) refuse("it has a mask of its own");
    if (in.query.mask().defined() || in.value.mask().defined()) refuse("its input has a mask");
    const auto [keys, values] = cache.grown(k, v);
    return cached_attention(q, keys, values, cache.start(), {.scale = 1 / std::sqrt(static_cast<double>(s_.key_dim)), .window = s_.options.sliding_window.value_or(0)});
  }

  Projection projection(const std::string& name, const Shape& kernel, int outputs, DType dtype) {
    const MultiHeadAttentionOptions& o = s_.options;
    Projection p;
    p.kernel = add_weight(name + "/kernel", kernel, o.kernel_initializer, dtype, true, o.kernel_regularizer, o.kernel_constraint);
    const Shape bias(std::span(kernel.begin() + (kernel.rank() - outputs), static_cast<std::size_t>(outputs)));
    if (o.use_bias) p.bias = add_weight(name + "/bias", bias, o.bias_initializer, dtype, true, o.bias_regularizer, o.bias_constraint);
    return p;
  }

  /// The last `bound` axes of x times the first of the kernel, as one product of matrices.
  Tensor project(const Projection& p, const Tensor& x, const char* what, int bound) const {
    const Shape& kernel = p.kernel.shape();
    const auto axes = static_cast<std::size_t>(bound);
    const std::int64_t in = product(std::span(kernel.begin(), axes)), out = product(std::span(kernel.begin() + bound, static_cast<std::size_t>(kernel.rank() - bound)));
    if (bound == 1 && x.shape(-1) != in)
      complain(ErrorKind::shape, std::string(what) + " was built for " + std::to_string(in) + " features, the input is " + to_string(x.shape()));
    std::vector<std::int64_t> shape(x.shape().begin(), x.shape().end() - bound);
    shape.insert(shape.end(), kernel.begin() + bound, kernel.end());
    const Tensor rows = reshape(detail::to_dtype(x, p.kernel.type().dtype), std::vector<std::int64_t>{-1, in});
    // The bias is reshaped first: what stands behind a product cannot become a part of it.
    const Tensor bias = p.bias.defined() ? reshape(p.bias.value(), Shape{out}) : Tensor();
    Tensor y = matmul(rows, reshape(p.kernel.value(), Shape{in, out}));
    if (bias.defined()) y = y + bias;
    y = reshape(y, shape);
    // Keras's projections are layers with this regularizer; that of the result is handled for all layers.
    if (bound == 1 && activity_regularizer().defined()) add_loss(activity_regularizer()(y) * Tensor::full({}, 1.0 / static_cast<double>(y.shape(0)), y.dtype()));
    return y;
  }

  bool attended(int axis, int rank) const {
    const std::vector<std::int64_t>& axes = s_.options.attention_axes;
    if (axes.empty()) return axis >= 1 && axis + 1 < rank;
    return std::any_of(axes.begin(), axes.end(), [&](std::int64_t a) { return (a < 0 ? a + rank : a) == axis; });
  }

  /// Axes of inputs of that rank: the batch and those beside the attended ones, then the attended ones in order.
  std::pair<std::vector<int>, std::vector<int>> axes_of(int rank) const {
    std::pair<std::vector<int>, std::vector<int>> axes;
    for (int axis = 0; axis + 1 < rank; ++axis) (attended(axis, rank) ? axes.second : axes.first).push_back(axis);
    if (axes.second.empty() || attended(0, rank) || attended(rank - 1, rank))
      complain(ErrorKind::invalid_argument, "attention_axes must lie between the batch and the features, and there must be one; the query has " + std::to_string(rank) + " axes");
    return axes;
  }

  /// [batch, ..., heads, size] -> [batch and other axes, attended steps, heads, size].
  Tensor fold(const Tensor& x) const {
    const int rank = x.rank() - 1;
    if (rank == 3) return axes_of(rank), x;
    const auto [others, steps] = axes_of(rank);
    std::vector<int> order = others;
    order.insert(order.end(), steps.begin(), steps.end());
    order.insert(order.end(), {rank - 1, rank});
    std::int64_t batch = 1, length = 1;
    for (int axis : others) batch *= x.shape(axis);
    for (int axis : steps) length *= x.shape(axis);
    return reshape(transpose(x, order), Shape{batch, length, x.shape(rank - 1), x.shape(rank)});
  }

  Tensor unfold(const Tensor& x, const Shape& query, std::int64_t size) const {
    const int rank = query.rank();
    if (rank == 3) return x;
    const auto [others, steps] = axes_of(rank);
    std::vector<int> order = others, back(static_cast<std::size_t>(rank) + 1);
    order.insert(order.end(), steps.begin(), steps.end());
    order.insert(order.end(), {rank - 1, rank});
    std::vector<std::int64_t> shape;
    for (int axis : order) shape.push_back(axis < rank - 1 ? query[axis] : axis == rank - 1 ? s_.heads : size);
    for (std::size_t i = 0; i < order.size(); ++i) back[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    return transpose(reshape(x, shape), back);
  }

  Tensor unfold_scores(const Tensor& weights, const Shape& query, const Shape& value) const {
    if (query.rank() == 3) return weights;
    const auto [others, steps] = axes_of(query.rank());
    std::vector<std::int64_t> shape;
    for (int axis : others) shape.push_back(query[axis]);
    shape.push_back(s_.heads);
    for (int axis : steps) shape.push_back(query[axis]);
    for (int axis : steps) shape.push_back(value[axis]);
    return reshape(weights, shape);
  }

  /// All masks together, as Keras merges them: [batch, T, S], or as attention_mask has it.
  Tensor mask_of(const Inputs& in) const {
    const bool multi = s_.kind == "MultiHeadAttention";
    const auto given_or = [&](const char* name, const Tensor& own) {
      const Tensor given = argument(name);
      return detail::boolean_mask_of(given.defined() ? given : own);
    };
    Tensor mask;
    const Tensor rows = multi ? detail::boolean_mask_of(in.query.mask()) : given_or("query_mask", in.query.mask());
    if (rows.defined()) mask = expand_dims(rows, -1);
    if (const Tensor m = given_or("value_mask", in.value.mask()); m.defined()) mask = detail::both_masks(mask, expand_dims(m, -2));
    if (const Tensor m = given_or("key_mask", in.own_key ? in.key.mask() : Tensor()); m.defined()) mask = detail::both_masks(mask, expand_dims(m, -2));
    const Tensor given = detail::boolean_mask_of(argument("attention_mask"));
    const bool scores = option("return_attention_scores", false);
    // Alone, causality needs no mask: the kernel knows it.
    if (option("use_causal_mask", false) && (mask.defined() || given.defined() || s_.options.sliding_window || scores))
      mask = detail::both_masks(mask, expand_dims(causal_mask(in.query.shape(1), in.value.shape(1)), 0));
    if (s_.options.sliding_window) mask = detail::both_masks(mask, detail::sliding_window_mask(in.query.shape(1), in.value.shape(1), *s_.options.sliding_window));
    return detail::both_masks(given, mask);
  }

  /// Axes of 1 before those of queries and keys until there are as many as the scores have.
  Tensor spread_mask(const Tensor& mask, int rank) const {
    Tensor result = mask;
    const auto steps = static_cast<int>(std::max<std::size_t>(1, s_.options.attention_axes.empty() ? 1 : s_.options.attention_axes.size()));
    while (result.rank() < rank) result = expand_dims(result, std::max(result.rank() - 2 * steps, 0));
    return result;
  }

  /// The argument attention_bias in the dtype of the scores; undefined when it is not given.
  Tensor bias_for(const Tensor& q, const Tensor& k, const Shape& query) const {
    const Tensor bias = argument("attention_bias");
    if (!bias.defined()) return bias;
    if (query.rank() != 3) complain(ErrorKind::unsupported, "attention_bias is for queries [batch, steps, features]; the query is " + to_string(query));
    if (!is_floating(bias.dtype())) complain(ErrorKind::dtype, "attention_bias is added to the scores and must be floating, not " + to_string(bias.type()) + "; a mask goes into attention_mask");
    const Shape scores{q.shape(0), s_.heads, q.shape(1), k.shape(1)};
    bool fits = bias.rank() == 4;
    for (int i = 0; fits && i < 4; ++i) fits = bias.shape(i) == 1 || bias.shape(i) == scores[i];
    if (!fits) complain(ErrorKind::shape, "attention_bias " + to_string(bias.shape()) + " does not fit the scores [batch, heads, queries, keys] = " + to_string(scores));
    return detail::to_dtype(bias, q.dtype());
  }

  /// The mask for folded scores [batch, heads, T, S].
  Tensor fold_mask(const Tensor& mask, const Tensor& q, const Tensor& k, int rank) const {
    if (!mask.defined()) return mask;
    Tensor m;
    if (rank == 4) {
      m = spread_mask(mask, 4);
    } else {
      // Scores have the other axes, the heads, then queries and keys.
      const auto [others, steps] = axes_of(rank - 1);
      const int scores_rank = static_cast<int>(others.size() + 1 + 2 * steps.size());
      m = mask;
      while (m.rank() < scores_rank) m = expand_dims(m, std::max(m.rank() - 2 * static_cast<int>(steps.size()), 0));
      std::int64_t spread = 1;
      Shape full = m.shape();
      for (int axis = 0; axis < static_cast<int>(others.size()); ++axis) spread *= full[axis];
      if (spread != 1 && spread != q.shape(0)) {
        // Some of the other axes are 1, others not: all as they are in the inputs.
        complain(ErrorKind::shape, "attention_mask " + to_string(mask.shape()) + " must name all axes beside the attended ones, or none");
      }
      std::int64_t queries = 1, keys = 1;
      for (std::size_t i = 0; i < steps.size(); ++i) {
        queries *= full[static_cast<int>(others.size() + 1 + i)];
        keys *= full[static_cast<int>(others.size() + 1 + steps.size() + i)];
      }
      m = reshape(m, Shape{spread, full[static_cast<int>(others.size())], queries, keys});
    }
    const Shape scores{q.shape(0), s_.heads, q.shape(1), k.shape(1)};
    for (int i = 0; i < 4; ++i)
      if (m.rank() != 4 || (m.shape(i) != 1 && m.shape(i) != scores[i]))
        complain(ErrorKind::shape, "the masks together are " + to_string(mask.shape()) + " and do not fit the scores [batch, heads, queries, keys] = " + to_string(scores));
    return m;
  }

  Settings s_;
  Projection query_, key_, value_, gate_, output_;
};

Settings settings_of(std::int64_t num_heads, std::int64_t key_dim, MultiHeadAttentionOptions options) {
  const std::int64_t value_dim = options.value_dim.value_or(key_dim);
  return {"MultiHeadAttention", num_heads, num_heads, key_dim, value_dim, std::move(options)};
}

MultiHeadAttentionOptions shared_options(GroupQueryAttentionOptions o) {
  return {.dropout = o.dropout, .use_bias = o.use_bias, .sliding_window = o.sliding_window, .flash_attention = o.flash_attention, .kernel_initializer = o.kernel_initializer,
          .bias_initializer = o.bias_initializer, .kernel_regularizer = o.kernel_regularizer, .bias_regularizer = o.bias_regularizer, .activity_regularizer = o.activity_regularizer,
          .kernel_constraint = o.kernel_constraint, .bias_constraint = o.bias_constraint, .use_gate = o.use_gate, .seed = o.seed, .rotary = o.rotary, .name = std::move(o.name)};
}

std::optional<std::int64_t> optional_integer(const Config& c, const char* key) {
  const Config* found = c.find(key);
  if (!found || found->is_null()) return {};
  return found->integer();
}

std::vector<std::int64_t> integers_of(const Config& c, const char* key) {
  const Config* found = c.find(key);
  if (!found || found->is_null()) return {};
  return found->is_list() ? found->to_integers() : std::vector<std::int64_t>{found->integer()};
}

template <class Options>
void read_shared(const Config& c, Options& o) {
  o.dropout = c.get("dropout", 0.0);
  o.use_bias = c.get("use_bias", true);
  o.sliding_window = optional_integer(c, "sliding_window");
  if (const Config* flash = c.find("flash_attention"); flash && flash->is_bool()) o.flash_attention = flash->boolean();
  o.kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform");
  o.bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros");
  o.kernel_regularizer = Regularizer::from_config(c.find("kernel_regularizer"));
  o.bias_regularizer = Regularizer::from_config(c.find("bias_regularizer"));
  o.activity_regularizer = Regularizer::from_config(c.find("activity_regularizer"));
  o.kernel_constraint = Constraint::from_config(c.find("kernel_constraint"));
  o.bias_constraint = Constraint::from_config(c.find("bias_constraint"));
  o.seed = detail::seed_from(c);
  o.use_gate = c.get("use_gate", false);
  if (const Config* rotary = c.find("rotary"); rotary && !rotary->is_null()) o.rotary = detail::rotary_from(*rotary);
  o.name = detail::config_name(c);
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(std::int64_t num_heads, std::int64_t key_dim, MultiHeadAttentionOptions options)
    : Layer(std::make_shared<HeadsBody>(settings_of(num_heads, key_dim, std::move(options)))) {}

GroupQueryAttention::GroupQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads, std::int64_t num_key_value_heads, GroupQueryAttentionOptions options)
    : Layer(std::make_shared<HeadsBody>(Settings{"GroupQueryAttention", num_query_heads, num_key_value_heads, head_dim, head_dim, shared_options(std::move(options))})) {}

Layer MultiHeadAttention::from_config(const Config& c) {
  MultiHeadAttentionOptions o;
  read_shared(c, o);
  o.value_dim = optional_integer(c, "value_dim");
  o.output_shape = integers_of(c, "output_shape");
  o.attention_axes = integers_of(c, "attention_axes");
  return MultiHeadAttention(c.at("num_heads").integer(), c.at("key_dim").integer(), std::move(o));
}

Layer GroupQueryAttention::from_config(const Config& c) {
  GroupQueryAttentionOptions o;
  read_shared(c, o);
  return GroupQueryAttention(c.at("head_dim").integer(), c.at("num_query_heads").integer(), c.at("num_key_value_heads").integer(), std::move(o));
}

AttentionResult<Tensor> MultiHeadAttention::operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call) const { return detail::call_attention(*this, query, value, call); }
AttentionResult<Symbol> MultiHeadAttention::operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call) const { return detail::call_attention(*this, query, value, call); }
AttentionResult<Tensor> GroupQueryAttention::operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call) const { return detail::call_attention(*this, query, value, call); }
AttentionResult<Symbol> GroupQueryAttention::operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call) const { return detail::call_attention(*this, query, value, call); }

}  // namespace candor
