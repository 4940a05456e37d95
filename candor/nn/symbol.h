// The placeholder of the functional API: what a layer gives before there are numbers.
#pragma once

#include <string>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/tensor/tensor.h"

namespace candor {

namespace detail {
struct SymbolNode;
}

/// An input of a model, or an output of a layer applied to other symbols. `shape()` is that of one sample, without the batch axis.
class Symbol {
 public:
  Symbol() = default;
  Symbol(std::shared_ptr<const detail::SymbolNode> node, int output);
  bool defined() const { return node_ != nullptr; }
  const Shape& shape() const;
  DType dtype() const;
  const detail::SymbolNode& node() const { return *node_; }
  const std::shared_ptr<const detail::SymbolNode>& handle() const { return node_; }
  int output() const { return output_; }
  bool operator==(const Symbol& other) const { return node_ == other.node_ && output_ == other.output_; }

 private:
  std::shared_ptr<const detail::SymbolNode> node_;
  int output_ = 0;
};

struct InputOptions {
  DType dtype = DType::f32;
  std::string name{};  ///< empty: input, input_1, ...
  std::vector<int> free_axes{};  ///< axes of a sample that may have any extent (time steps); `shape` then holds an example
};

/// An input whose samples have this shape: Input({28, 28, 1}).
Symbol Input(const Shape& shape, InputOptions options = {});

}  // namespace candor
