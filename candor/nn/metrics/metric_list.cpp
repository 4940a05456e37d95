#include "candor/nn/metrics/metric_list.h"

#include <algorithm>

#include "candor/base/error.h"

namespace candor {

MetricList::Group::Group(bool is_list, const Metric& metric) : metrics{metric}, list(is_list) {}
MetricList::Group::Group(std::initializer_list<Metric> of_output) : metrics(of_output), list(true) {}
MetricList::Group::Group(std::vector<Metric> of_output) : metrics(std::move(of_output)), list(true) {}
MetricList::MetricList(std::initializer_list<Group> groups) : MetricList(std::vector<Group>(groups)) {}
MetricList::MetricList(const std::vector<Metric>& for_all) : all_(for_all) {}

MetricList::MetricList(const std::vector<Group>& groups) {
  const bool lists = std::any_of(groups.begin(), groups.end(), [](const Group& group) { return group.list; });
  for (const Group& group : groups) {
    all_.insert(all_.end(), group.metrics.begin(), group.metrics.end());
    if (lists) each_.push_back(group.metrics);
  }
}

std::vector<Metric> MetricList::of(std::size_t output, std::size_t outputs) const {
  if (each_.empty()) {
    if (outputs > 1 && all_.size() == outputs) return {all_[output]};
    return all_;
  }
  if (each_.size() != outputs) {
    fail(ErrorKind::invalid_argument, "compile: there are " + std::to_string(each_.size()) + " lists of metrics for " + std::to_string(outputs) + " outputs; give one list an output, {} for none");
  }
  return each_[output];
}

Config MetricList::config() const {
  const auto list = [](const std::vector<Metric>& metrics) {
    Config::List configs;
    for (const Metric& metric : metrics) configs.push_back(metric.config());
    return configs;
  };
  if (each_.empty()) return list(all_);
  Config::List lists;
  for (const auto& metrics : each_) lists.emplace_back(list(metrics));
  return lists;
}

MetricList MetricList::from_config(const Config& config) {
  std::vector<Group> groups;
  for (const Config& item : config.items()) {
    if (!item.is_list()) {
      groups.emplace_back(metric_from_config(item));
      continue;
    }
    std::vector<Metric> metrics;
    for (const Config& metric : item.items()) metrics.push_back(metric_from_config(metric));
    groups.emplace_back(std::move(metrics));
  }
  return MetricList(groups);
}

}  // namespace candor
