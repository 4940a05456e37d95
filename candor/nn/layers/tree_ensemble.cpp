#include "candor/nn/layers/tree_ensemble.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/trees.h"

namespace candor {
namespace {

class TreeEnsembleBody final : public detail::SimpleLayerBody {
 public:
  explicit TreeEnsembleBody(TreeEnsembleOptions options) : SimpleLayerBody(options.name), o_(std::move(options)) {
    if (o_.nodes.defined()) o_.inner = fitting(o_.nodes, 2, "nodes");
    if (o_.values.defined()) o_.leaves = fitting(o_.values, 1, "values");
    if (o_.roots.defined()) o_.trees = fitting(o_.roots, 1, "roots");
    detail::require_positive("TreeEnsemble", "outputs", o_.outputs);
    // Numbers of nodes and leaves are f32, which are exact to 2^24.
    constexpr std::int64_t most = std::int64_t{1} << 22;
    detail::require_positive("TreeEnsemble", "trees", o_.trees, most);
    detail::require_positive("TreeEnsemble", "leaves", o_.leaves, most);
    if (o_.inner < 0 || o_.inner > most) complain(ErrorKind::invalid_argument, "inner must be from 0 to " + std::to_string(most) + ", not " + std::to_string(o_.inner));
  }
  std::string kind() const override { return "TreeEnsemble"; }
  Config options() const override { return Config::map().set("outputs", o_.outputs).set("trees", o_.trees).set("inner", o_.inner).set("leaves", o_.leaves); }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() != 2) complain(ErrorKind::shape, "needs a table, [rows, features], and was given " + to_string(in[0].shape));
    features_ = in[0].shape[-1];
    nodes_ = made("nodes", {o_.inner, 5}, o_.nodes, Zeros{});
    values_ = made("values", {o_.leaves}, o_.values, Zeros{});
    roots_ = made("roots", {o_.trees}, o_.roots, Constant{-1});  // each tree is one leaf until weights are loaded
    start_ = made("start", {o_.outputs}, o_.start, Zeros{});
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    if (input.rank() != 2 || input.shape(1) != features_) {
      complain(ErrorKind::shape, "features differ: " + to_string(input.shape()) + "; " + detail::built_for(*this, std::to_string(features_) + " features", input));
    }
    const Tensor x = detail::to_dtype(input, DType::f32);
    const auto whole = [](const Variable& weight) { return detail::to_dtype(weight.value(), DType::f32); };
    return detail::to_dtype(tree_sum(x, whole(nodes_), whole(values_), whole(roots_), o_.outputs) + whole(start_), detail::compute_dtype(input.dtype()));
  }

 private:
  std::int64_t fitting(const Tensor& tensor, int rank, const char* what) {
    if (tensor.rank() != rank || (rank == 2 && tensor.shape(1) != 5))
      complain(ErrorKind::invalid_argument, std::string(what) + " must be " + (rank == 2 ? "[inner, 5]" : "a list") + ", and came as " + to_string(tensor.shape()));
    return tensor.shape(0);
  }
  Variable made(const std::string& name, const Shape& shape, const Tensor& given, const Initializer& initializer) {
    const Variable weight = add_weight(name, shape, initializer, DType::f32, false);
    if (!given.defined()) return weight;
    if (given.shape() != shape) complain(ErrorKind::invalid_argument, name + " must be " + to_string(shape) + ", and came as " + to_string(given.shape()));
    weight.tensor().copy_from(given.to(DType::f32).contiguous());
    return weight;
  }
  TreeEnsembleOptions o_;
  std::int64_t features_ = 0;
  Variable nodes_, values_, roots_, start_;
};

}  // namespace

TreeEnsemble::TreeEnsemble(TreeEnsembleOptions options) : Layer(std::make_shared<TreeEnsembleBody>(std::move(options))) {}

Layer TreeEnsemble::from_config(const Config& c) {
  return TreeEnsemble({.outputs = c.get("outputs", 1), .trees = c.get("trees", 0), .inner = c.get("inner", 0), .leaves = c.get("leaves", 0), .name = detail::config_name(c)});
}

}  // namespace candor
