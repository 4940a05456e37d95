// `candor compare` with two models of a series.
#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "candor/base/error.h"
#include "candor/candid/compare.h"
#include "candor/candid/series/block_bootstrap.h"
#include "candor/cli/forecast.h"
#include "candor/cli/score.h"

namespace candor::cli {
namespace {

/// A window by its group and the time of its first step: two models may see windows of other lengths.
std::map<std::pair<std::string, double>, std::int64_t> by_time(const SeriesForForecaster& given) {
  std::map<std::pair<std::string, double>, std::int64_t> result;
  for (const std::int64_t i : given.fresh) {
    const auto at = static_cast<std::size_t>(i);
    result.emplace(std::pair{given.series.groups[static_cast<std::size_t>(given.all.groups[at])].name, given.all.first[at]}, i);
  }
  return result;
}

}  // namespace

int compare_forecasters(const formats::ModelFile& file_a, const formats::ModelFile& file_b, const std::string& name_a, const std::string& name_b, const DataOptions& data, const Common& common) {
  const SeriesForForecaster a = series_for_forecaster(file_a, data, common), b = series_for_forecaster(file_b, data, common);
  const candid::ForecastInputs &in_a = a.forecaster.inputs(), &in_b = b.forecaster.inputs();
  if (in_a.target != in_b.target || in_a.horizon != in_b.horizon) {
    fail(ErrorKind::invalid_argument, "the models answer different questions: " + name_a + " forecasts " + in_a.target + " " + std::to_string(in_a.horizon) + " steps ahead, " + name_b + " " + in_b.target + " " +
                                          std::to_string(in_b.horizon));
  }
  std::vector<std::int64_t> of_a, of_b;
  const auto known_to_b = by_time(b);
  for (const auto& [when, window] : by_time(a)) {
    if (const auto found = known_to_b.find(when); found != known_to_b.end()) of_a.push_back(window), of_b.push_back(found->second);
  }
  if (of_a.empty()) fail(ErrorKind::invalid_argument, a.series.source + ": no window that neither model learned from; later steps are needed to compare them");
  const data::Windows windows_a = a.all.take(of_a), windows_b = b.all.take(of_b);
  const std::vector<float> truth = windows_a.data.targets.to_vector(), said_a = a.forecaster.forecast(a.series, windows_a).value, said_b = b.forecaster.forecast(b.series, windows_b).value;
  candid::Comparison c;
  c.metric = "r2", c.test = "paired block bootstrap", c.n = windows_a.size();
  c.a = candid::r2(truth, said_a), c.b = candid::r2(truth, said_b), c.difference = c.a - c.b;
  c.interval = candid::block_bootstrap_r2_difference(truth, said_a, said_b, in_a.horizon, {.reach = std::max(in_a.horizon, std::max(in_a.season, in_b.season)), .seed = common.seed});
  c.verdict = c.interval.low > 0 ? 1 : c.interval.high < 0 ? -1 : 0;
  if (common.json) {
    print_json({{"metric", c.metric}, {"n", c.n}, {"a", number(c.a)}, {"b", number(c.b)}, {"difference", number(c.difference)}, {"interval", Json::array({number(c.interval.low), number(c.interval.high)})},
                {"test", c.test}, {"verdict", c.verdict > 0 ? "a" : c.verdict < 0 ? "b" : "no difference shown"}});
    return 0;
  }
  std::string text = candid::to_string(c, name_a, name_b);
  if (const auto at = text.rfind(" row"); at != std::string::npos) text.replace(at, 4, " window");
  std::printf("%s\nR2: %s %s, %s %s, %lld steps ahead (%s)\n", text.c_str(), name_a.c_str(), short_number(c.a).c_str(), name_b.c_str(), short_number(c.b).c_str(), static_cast<long long>(in_a.horizon), c.test.c_str());
  return 0;
}

}  // namespace candor::cli
