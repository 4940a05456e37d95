// A forecaster made without being told how: a linear part over what was seen and the calendar, and a small network for what that leaves over.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "candor/candid/series/forecast_inputs.h"
#include "candor/data/series/windows.h"
#include "candor/nn/model.h"
#include "candor/train/history.h"

namespace candor::candid {

struct ForecasterOptions {
  std::string target;                        ///< the column to forecast
  std::int64_t horizon = 1;                  ///< steps ahead
  std::int64_t window = 0;                   ///< steps that are seen; 0: chosen by the validation part
  std::int64_t season = 0;                   ///< steps of a season; 0: found
  std::vector<std::string> others = {};      ///< further columns that are seen, known up to the last step only
  std::string holidays = "auto";             ///< "auto": found in the values (days, three years or more), "none", or a country: "DE"
  std::optional<bool> logarithm = {};        ///< found by the validation part where all values are above 0
  double validation = .15;                   ///< share of the steps before the test part that choices are made by
  std::int64_t members = 2;                  ///< networks that are averaged; 0: the linear part alone
  std::int64_t width = 64;                   ///< units of a network's layers
  int epochs = 40;
  double learning_rate = .002;
  double budget = 0;                         ///< seconds that training the networks may take, an equal share each; 0: any
  std::uint64_t seed = 0;
  int verbose = 0;
};

/// Forecasts with intervals, for one window or many: [windows * horizon], the steps of a window behind each other.
struct Forecasts {
  std::vector<float> value, low, high;
};

/// Forecasts a series some steps ahead: a linear part for each step, with small networks for what it leaves over.
class Forecaster {
 public:
  Forecaster() = default;
  /// Learns from everything before `border` (a time; infinity: all of the series). Throws Error: not_found for columns, invalid_argument for a series too
  /// short, a constant target, options out of range.
  static Forecaster fit(const data::Series& series, double border, const ForecasterOptions& options);

  /// What is seen of a series by this forecaster, and asked: for make_windows.
  data::WindowOptions windows() const;
  /// Forecasts from each window (only rows and groups are read: what is asked need not be there). Intervals hold a step's value with 95 %
  /// probability if days to come are like those of the validation part.
  Forecasts forecast(const data::Series& series, const data::Windows& windows) const;
  /// Forecasts of the steps behind the end of each group.
  Forecasts forecast_next(const data::Series& series) const;

  const Model& model() const { return model_; }
  const ForecastInputs& inputs() const { return inputs_; }
  const std::vector<std::string>& choices() const { return choices_; }   ///< what was chosen and why, a sentence each
  const std::vector<History>& histories() const { return histories_; }   ///< of the networks that were trained, in the model or not
  /// The histories of the networks that answer: of all, or of none where the linear part alone does. What is shown of the training of a model is this.
  std::span<const History> answering() const { return networks_answer_ ? std::span<const History>(histories_) : std::span<const History>(); }
  std::int64_t learned_windows() const { return learned_; }

  /// What the model file keeps beside the network.
  Config config() const;
  static Forecaster from_config(const Config& config, Model model);

 private:
  Model model_;
  ForecastInputs inputs_;
  std::vector<double> distances_;    ///< half the width of the interval for each step ahead, in units of the output
  std::vector<std::string> choices_;
  std::vector<History> histories_;
  bool networks_answer_ = false;
  std::int64_t learned_ = 0;
};

}  // namespace candor::candid
