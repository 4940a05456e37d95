// Intersection over union of the places of a class in targets and predictions: the metric of segmentation. Counted in a confusion matrix of whole
// numbers: fractional sample weights lose their fraction, as in Keras.
#pragma once

#include <optional>
#include <vector>

#include "candor/nn/metrics/metric.h"

namespace candor {

struct IoUOptions {
  std::string name{};  ///< empty: Keras's, "io_u"
  std::optional<std::int64_t> ignore_class{};  ///< places where the target is this class do not count
  bool sparse_y_true = true;   ///< class numbers; false: one-hot or scores along `axis`
  bool sparse_y_pred = true;
  int axis = -1;
};
/// The mean over target_class_ids, of those that occur, of true positives / (true positives + false positives + false negatives).
class IoU : public Metric { public: IoU(int num_classes, std::vector<int> target_class_ids, IoUOptions options = {}); };
/// IoU of all classes.
class MeanIoU : public Metric { public: explicit MeanIoU(int num_classes, IoUOptions options = {}); };

struct BinaryIoUOptions {
  std::vector<int> target_class_ids = {0, 1};
  double threshold = 0.5;  ///< class 1: at or above it
  std::string name{};
};
/// IoU of no and yes.
class BinaryIoU : public Metric { public: explicit BinaryIoU(BinaryIoUOptions options = {}); };

struct OneHotIoUOptions {
  std::string name{};
  std::optional<std::int64_t> ignore_class{};
  bool sparse_y_pred = false;
  int axis = -1;
};
/// IoU with one-hot targets.
class OneHotIoU : public Metric { public: OneHotIoU(int num_classes, std::vector<int> target_class_ids, OneHotIoUOptions options = {}); };
class OneHotMeanIoU : public Metric { public: explicit OneHotMeanIoU(int num_classes, OneHotIoUOptions options = {}); };

}  // namespace candor
