// The metrics of compile: for all outputs, or for each.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <vector>

#include "candor/nn/metrics/metric.h"

namespace candor {

/// {Accuracy{}, "auc"} counts both for every output (or, as in Keras, one each when a model has as many outputs as there are metrics, and more than
/// one); {{"mae"}, {"accuracy", "auc"}} names those of each output.
class MetricList {
 public:
  /// One metric, or those of an output.
  class Group {
   public:
    template <class M>
      requires std::is_convertible_v<const M&, Metric>
    Group(const M& metric) : Group(false, static_cast<Metric>(metric)) {}
    Group(std::initializer_list<Metric> of_output);
    Group(std::vector<Metric> of_output);
    std::vector<Metric> metrics;
    bool list = false;

   private:
    Group(bool is_list, const Metric& metric);
  };

  MetricList() = default;
  MetricList(std::initializer_list<Group> groups);
  MetricList(const std::vector<Metric>& for_all);
  explicit MetricList(const std::vector<Group>& groups);

  /// The metrics of an output of `outputs`. Throws Error (invalid_argument) when lists were given for another number of outputs.
  std::vector<Metric> of(std::size_t output, std::size_t outputs) const;
  /// The lists, when each output has its own; else empty.
  const std::vector<std::vector<Metric>>& each() const { return each_; }
  /// All metrics, of whatever output.
  std::size_t size() const { return all_.size(); }
  bool empty() const { return all_.empty(); }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }

  /// A list of configurations, or of lists of them; and back.
  Config config() const;
  static MetricList from_config(const Config& config);

 private:
  std::vector<Metric> all_;
  std::vector<std::vector<Metric>> each_;
};

}  // namespace candor
