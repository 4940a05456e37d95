// What stands behind a Model handle.
#pragma once

#include <atomic>

#include "candor/nn/layer_body.h"
#include "candor/nn/model.h"

namespace candor::detail {

class ModelBody : public LayerBody {
 public:
  using LayerBody::LayerBody;
  std::vector<Layer> children() const override { return layers_; }
  virtual std::vector<TensorType> input_types() const;
  /// The layers that give the outputs.
  virtual std::vector<Layer> output_layers() const = 0;
  void build(std::span<const TensorType>) override {}
  bool uses_dtype_policy() const override { return false; }
  /// Those that the layers put there.
  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override;
  /// Names the layers that the user did not: dense, dense_1, ... Throws Error (invalid_argument) when two were given one name.
  void name_layers();
  /// Once, when all layers are built: weights are called by their paths within the outermost model, "encoder/dense/kernel", which is what optimizers'
  /// patterns and states go by.
  void label_weights();
  std::string shown_name() const { return name().empty() ? default_name() : name(); }

  std::shared_ptr<const CompileOptions> compiled;
  std::shared_ptr<void> programs;  ///< what train/ keeps between calls: compiled steps
  std::atomic<const void*> trained_by{nullptr};  ///< this_thread() of the fit that runs now
  /// An address that stands for the calling thread.
  static const void* this_thread();
  /// Throws Error (invalid_argument) while another thread trains the model: `what` would see weights of half a step.
  void require_at_rest(const std::string& what) const;

 protected:
  std::vector<Layer> layers_;  ///< unique, in order of use

 private:
  bool labelled_ = false;
};

class SequentialBody final : public ModelBody {
 public:
  SequentialBody(std::vector<Layer> layers, std::string name);
  std::string kind() const override { return "Sequential"; }
  std::string module() const override { return "keras"; }
  Config options() const override;
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override;
  std::vector<Layer> output_layers() const override {
    if (stack_.empty()) fail(ErrorKind::invalid_argument, (name().empty() ? std::string("Sequential") : name()) + ": has no layers; add() one first");
    return {stack_.back()};
  }
  void add(const Layer& layer);
  /// The input that a configuration declared: its name and free axes are written again.
  Symbol declared;
  const std::vector<Layer>& stack() const { return stack_; }

 private:
  std::vector<Layer> stack_;  ///< a layer may occur twice
};

class FunctionalBody final : public ModelBody {
 public:
  FunctionalBody(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::string name);
  std::string kind() const override { return "Functional"; }
  std::string module() const override { return "keras.src.models.functional"; }
  Config options() const override;
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override;
  std::vector<TensorType> input_types() const override;
  std::vector<Layer> output_layers() const override;
  const std::vector<std::vector<std::string>>& feeds() const { return feeds_; }

  /// One call of a layer; values have slots, the inputs' first.
  struct Step {
    Layer layer;
    std::vector<int> inputs;  ///< slots
    std::vector<std::string> roles;  ///< see SymbolNode
    Config options;
    int first_output;         ///< slot; further outputs follow
    int outputs;
    std::string before;       ///< names of what feeds it, for errors
  };
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<std::string>& input_names() const { return input_names_; }
  /// Slots of the model's outputs, and how many slots there are.
  const std::vector<int>& output_slots() const { return output_slots_; }
  int slot_count() const { return slot_count_; }

 private:
  void visit(const Symbol& symbol);
  int slot_of(const Symbol& symbol) const;

  std::vector<Symbol> inputs_, outputs_;
  std::vector<std::string> input_names_;
  std::vector<Step> steps_;
  std::vector<std::pair<const SymbolNode*, int>> slots_;  ///< first slot of each node that was visited
  std::vector<int> output_slots_;
  std::vector<std::vector<std::string>> feeds_;
  int slot_count_ = 0;
};

}  // namespace candor::detail
