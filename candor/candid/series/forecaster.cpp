#include "candor/candid/series/forecaster.h"

#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/train/evaluate.h"

namespace candor::candid {

data::WindowOptions Forecaster::windows() const {
  return {.window = inputs_.window, .horizon = inputs_.horizon, .targets = {inputs_.target}, .inputs = [&] {
            std::vector<std::string> seen{inputs_.target};
            seen.insert(seen.end(), inputs_.others.begin(), inputs_.others.end());
            return seen;
          }()};
}

Forecasts Forecaster::forecast(const data::Series& series, const data::Windows& windows) const {
  Forecasts out;
  const auto width = static_cast<std::size_t>(inputs_.horizon);
  // In pieces: the inputs of many windows with long horizons are large.
  const std::size_t piece = static_cast<std::size_t>(std::max<std::int64_t>(1, 20'000'000 / inputs_.size()));
  for (std::size_t from = 0; from < windows.rows.size(); from += piece) {
    const std::size_t count = std::min(piece, windows.rows.size() - from);
    std::vector<WindowLevel> levels;
    const Tensor x = inputs_.features(series, {windows.rows.data() + from, count}, {windows.groups.data() + from, count}, levels);
    const std::vector<float> y = model_.predict(x).to_vector();
    for (std::size_t i = 0; i < y.size(); ++i) {
      const WindowLevel& at = levels[i / width];
      const double output = static_cast<double>(y[i]), distance = distances_[i % width];
      out.value.push_back(static_cast<float>(inputs_.value(output, at)));
      out.low.push_back(static_cast<float>(inputs_.value(output - distance, at)));
      out.high.push_back(static_cast<float>(inputs_.value(output + distance, at)));
    }
  }
  return out;
}

Forecasts Forecaster::forecast_next(const data::Series& series) const { return forecast(series, data::last_windows(series, windows())); }

Config Forecaster::config() const {
  Config::List said;
  for (const std::string& choice : choices_) said.emplace_back(choice);
  return Config{{"inputs", inputs_.config()}, {"distances", Config::numbers(distances_)}, {"choices", Config(said)}, {"learned_windows", learned_}};
}

Forecaster Forecaster::from_config(const Config& config, Model model) {
  Forecaster f;
  f.inputs_ = ForecastInputs::from_config(config.at("inputs"));
  f.distances_ = config.at("distances").to_numbers();
  for (const Config& choice : config.at("choices").items()) f.choices_.push_back(choice.text());
  f.learned_ = config.get("learned_windows", std::int64_t{0});
  f.model_ = std::move(model);
  const std::vector<TensorType> in = f.model_.input_types(), out = f.model_.output_types();
  const bool fits = in.size() == 1 && out.size() == 1 && in.front().shape == Shape{f.inputs_.size()} && out.front().shape == Shape{f.inputs_.horizon};
  if (!fits || static_cast<std::int64_t>(f.distances_.size()) != f.inputs_.horizon) fail(ErrorKind::corrupt, "forecaster: the network and the description of its inputs do not fit each other");
  return f;
}

}  // namespace candor::candid
