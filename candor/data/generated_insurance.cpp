// What 55 insurers ask of a customer, and whether they want the customer at all; and a theatre whose seats are full.
#include <array>
#include <cmath>

#include "candor/data/draws.h"
#include "candor/data/generators.h"

namespace candor::data {
namespace {

using detail::Draws;

constexpr int measured = 20, regions = 400, models = 240, jobs = 40;
constexpr std::int64_t inputs = measured + regions + models + jobs, insurers = 55;
constexpr int traits = 6;  // what a customer's columns come down to

constexpr std::array<const char*, measured> measured_names{"age", "speed", "miles", "years_of_licence", "years_without_claim", "car_age", "horsepower", "value", "garage", "children",
                                                           "second_driver", "youngest_driver", "deductible", "full_cover", "leased", "electric", "night_drives", "trips", "paid_monthly", "discount"};

std::string numbered(const char* what, int number, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%s_%0*d", what, digits, number);
  return text;
}

/// A hidden property of region 17, model 3 ...: the same whatever the rows.
float hidden(RandomStream world, int table, int entry, int which) { return world.normal(static_cast<std::uint64_t>((table * 1000 + entry) * 8 + which)); }

std::array<float, traits> traits_of(const float* x, int region, int model, int job, RandomStream world) {
  const float age = x[0], speed = x[1], miles = x[2], claims_free = x[4], power = x[6], value = x[7];
  const float young = std::exp(-(age - 18) / 8), old = age > 68 ? (age - 68) / 12 : 0.f;
  return {1.6f * young + old + 0.5f * young * (speed - 150) / 30,          // drives as the young and the very old do
          std::log(miles / 15),                                             // the longer the likelier, but less and less so
          -0.8f * std::tanh(claims_free / 8),                               // years without a claim count at first
          0.5f * hidden(world, 1, region, 0) + 0.25f * x[16],               // where, and when, the car is driven
          0.4f * hidden(world, 2, model, 0) + 0.3f * (power - 110) / 60 * (1 + 0.8f * young) + 0.25f * value / 30,
          0.3f * hidden(world, 3, job, 0) + (x[13] > 0 ? 0.5f * value / 30 : -0.3f) - 0.3f * x[12]};
}

}  // namespace

Dataset premiums(std::int64_t rows, std::uint64_t seed) {
  std::vector<std::string> targets;
  for (const char* what : {"price", "quote"})
    for (int k = 1; k <= insurers; ++k) targets.push_back(numbered(what, k, 2));
  Dataset set = detail::blank("premiums", rows, seed, {inputs}, DType::f32, std::move(targets));
  for (const char* name : measured_names) set.feature_names.emplace_back(name);
  for (int i = 1; i <= regions; ++i) set.feature_names.push_back(numbered("region", i, 3));
  for (int i = 1; i <= models; ++i) set.feature_names.push_back(numbered("model", i, 3));
  for (int i = 1; i <= jobs; ++i) set.feature_names.push_back(numbered("job", i, 2));
  auto *features = set.features.mutable_data<float>(), *answers = set.targets.mutable_data<float>();
  const RandomStream world{20, 0x776F726C64};  // the insurers' rules are the same for every seed
  detail::for_rows(rows, {seed, 0x7072656D}, [&](std::int64_t row, Draws& draws) {
    float* x = features + row * inputs;
    std::fill(x, x + inputs, 0.f);
    const auto yes = [&](float share) { return draws.uniform() < share ? 1.f : 0.f; };
    x[0] = std::round(std::clamp(18 + 62 * std::pow(draws.uniform(), 1.3f), 18.f, 80.f));
    x[1] = std::round(std::clamp(175 - 0.5f * x[0] + 18 * draws.normal(), 110.f, 250.f));
    x[2] = std::round(std::clamp(15 * std::exp(0.5f * draws.normal()), 3.f, 80.f));
    x[3] = std::round((x[0] - 17) * draws.uniform(0.5f, 1));
    x[4] = std::round(x[3] * draws.uniform());
    x[5] = static_cast<float>(draws.below(18));
    x[6] = std::round(std::clamp(110 + 45 * draws.normal() + 0.6f * (x[1] - 150), 45.f, 320.f));
    x[7] = std::round(std::clamp(4 + 0.18f * x[6] * std::exp(-0.09f * x[5]) * std::exp(0.3f * draws.normal()), 1.f, 120.f));
    x[8] = yes(0.5f);
    x[9] = static_cast<float>(draws.below(4));
    x[10] = yes(0.4f);
    x[11] = x[10] > 0 ? std::round(std::min(x[0], draws.uniform(18, 60))) : x[0];
    x[12] = 0.5f * static_cast<float>(draws.below(5));
    x[13] = yes(x[5] < 6 ? 0.8f : 0.2f);
    for (const int i : {14, 15, 16, 18}) x[i] = yes(i == 15 ? 0.12f : 0.3f);
    x[17] = static_cast<float>(draws.below(6));
    x[19] = 0.05f * static_cast<float>(draws.below(5));
    const int region = draws.below(regions), model = draws.below(models), job = draws.below(jobs);
    x[measured + region] = x[measured + regions + model] = x[measured + regions + models + job] = 1;

    const auto trait = traits_of(x, region, model, job, world);
    float* y = answers + row * 2 * insurers;
    for (int k = 0; k < insurers; ++k) {
      float price = 0.25f * world.normal(static_cast<std::uint64_t>(900000 + k)), wanted = 1;
      for (int t = 0; t < traits; ++t) {
        const auto at = static_cast<std::uint64_t>(910000 + 100 * k + t);
        price += (0.32f + 0.12f * world.normal(at)) * trait[static_cast<std::size_t>(t)];
        wanted -= (0.9f + 0.5f * world.normal(at + 50)) * trait[static_cast<std::size_t>(t)];
      }
      // Every insurer shuns some cars that others like: those of an age and a speed of its own.
      const float shunned_age = 22 + 50 * world.uniform(static_cast<std::uint64_t>(930000 + k)), shunned_speed = 130 + 70 * world.uniform(static_cast<std::uint64_t>(931000 + k));
      wanted -= 3.5f * std::exp(-std::pow((x[0] - shunned_age) / 9, 2.f) - std::pow((x[1] - shunned_speed) / 22, 2.f));
      const bool quoted = 1 / (1 + std::exp(-1.6f * wanted)) > draws.uniform();
      y[k] = quoted ? 420 * std::exp(price + 0.04f * draws.normal()) * (1 - x[19]) : 0.f;
      y[insurers + k] = quoted ? 1.f : 0.f;
    }
  });
  return set;
}

Dataset theatre(std::int64_t rows, std::uint64_t seed) {
  Dataset set = detail::blank("theatre", rows, seed, {4}, DType::f32, {"visitors"});
  set.feature_names = {"week", "weekend", "advertised", "rain"};
  auto *x = set.features.mutable_data<float>(), *y = set.targets.mutable_data<float>();
  detail::for_rows(rows, {seed, 0x74686561747265}, [&](std::int64_t i, Draws& draws) {
    float* row = x + 4 * i;
    row[0] = static_cast<float>(i / 3);  // three evenings a week
    row[1] = i % 3 == 2 ? 1.f : 0.f;
    row[2] = draws.uniform() < 0.3f ? 1.f : 0.f;
    row[3] = draws.uniform() < 0.35f ? 1.f : 0.f;
    const float demand = theatre_demand(row[0], row[1] > 0, row[2] > 0, row[3] > 0) + 25 * draws.normal();
    y[i] = std::round(std::clamp(demand, 0.f, static_cast<float>(theatre_seats)));
  });
  return set;
}

float theatre_demand(float week, bool weekend, bool advertised, bool rain) { return 140 + 1.6f * week + (weekend ? 60.f : 0.f) + (advertised ? 35.f : 0.f) - (rain ? 20.f : 0.f); }

}  // namespace candor::data
