// Schedules from their configuration.
#include <array>

#include "candor/nn/config_reader.h"
#include "candor/nn/schedule_parts.h"

namespace candor {
namespace {

double number_at(const Config& c, const char* key) { return c.at(key).number(); }

Schedule sequence(const Config& c) {
  ScheduleSequence out{{}, c.at("milestones").to_numbers()};
  for (const Config& item : c.at("schedules").items()) out.schedules.push_back(schedule_from_config(item));
  return out;
}

struct Row {
  const char* kind;
  Schedule (*read)(const Config& c);
};
const Row rows[] = {
    {"CosineDecay",
     [](const Config& c) -> Schedule {
       const Config* target = c.find("warmup_target");
       return CosineDecay{number_at(c, "initial_learning_rate"), number_at(c, "decay_steps"), c.get("alpha", 0.0), c.get("name", "CosineDecay"),
                          target && !target->is_null() ? std::optional(target->number()) : std::nullopt, c.get("warmup_steps", 0.0)};
     }},
    {"CosineDecayRestarts",
     [](const Config& c) -> Schedule {
       return CosineDecayRestarts{number_at(c, "initial_learning_rate"), number_at(c, "first_decay_steps"), c.get("t_mul", 2.0), c.get("m_mul", 1.0), c.get("alpha", 0.0),
                                  c.get("name", "SGDRDecay")};
     }},
    {"CyclicalRate",
     [](const Config& c) -> Schedule {
       return CyclicalRate{number_at(c, "base_learning_rate"), number_at(c, "max_learning_rate"), c.get("step_size_up", 2000.0), c.get("step_size_down", 0.0),
                           c.get("mode", "triangular"), c.get("gamma", 1.0)};
     }},
    {"ExponentialDecay",
     [](const Config& c) -> Schedule {
       return ExponentialDecay{number_at(c, "initial_learning_rate"), number_at(c, "decay_steps"), number_at(c, "decay_rate"), c.get("staircase", false), c.get("name", "ExponentialDecay")};
     }},
    {"InverseSqrt", [](const Config& c) -> Schedule { return InverseSqrt{number_at(c, "learning_rate"), number_at(c, "warmup_steps")}; }},
    {"InverseTimeDecay",
     [](const Config& c) -> Schedule {
       return InverseTimeDecay{number_at(c, "initial_learning_rate"), number_at(c, "decay_steps"), number_at(c, "decay_rate"), c.get("staircase", false), c.get("name", "InverseTimeDecay")};
     }},
    {"LinearWarmup", [](const Config& c) -> Schedule { return LinearWarmup{number_at(c, "learning_rate"), number_at(c, "warmup_steps"), c.get("start_factor", 0.0)}; }},
    {"OneCycle",
     [](const Config& c) -> Schedule {
       return OneCycle{number_at(c, "max_learning_rate"), number_at(c, "total_steps"), c.get("pct_start", 0.3), c.get("div_factor", 25.0), c.get("final_div_factor", 1e4),
                       c.get("anneal", "cosine")};
     }},
    {"PiecewiseConstantDecay",
     [](const Config& c) -> Schedule { return PiecewiseConstantDecay{c.at("boundaries").to_numbers(), c.at("values").to_numbers(), c.get("name", "PiecewiseConstant")}; }},
    {"PolynomialDecay",
     [](const Config& c) -> Schedule {
       return PolynomialDecay{number_at(c, "initial_learning_rate"), number_at(c, "decay_steps"), c.get("end_learning_rate", 0.0001), c.get("power", 1.0), c.get("cycle", false),
                              c.get("name", "PolynomialDecay")};
     }},
    {"ScheduleSequence", sequence},
    {"WarmupCosine",
     [](const Config& c) -> Schedule {
       return WarmupCosine{number_at(c, "learning_rate"), number_at(c, "warmup_steps"), number_at(c, "total_steps"), c.get("end_learning_rate", 0.0)};
     }},
};

}  // namespace

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.kind);
  return names;
}

Schedule schedule_from_config(const Config& config) {
  const std::string& kind = config.at("class_name").text();
  for (const Row& row : rows) {
    if (kind != row.kind) continue;
    const detail::ConfigReader reader(config.at("config"));
    const Schedule schedule = row.read(config.at("config"));
    if (!reader.unread().empty()) reader.refuse_unread("schedule: " + kind, schedule.config().at("config"), std::array{"name"});
    return schedule;
  }
  std::string known;
  for (const Row& row : rows) known += (known.empty() ? "" : ", ") + std::string(row.kind);
  fail(ErrorKind::corrupt, "schedule: the class '" + kind + "' is not known; there are " + known);
}

}  // namespace candor
