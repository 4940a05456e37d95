#include "candor/train/profile/profile.h"

#include <algorithm>
#include <chrono>

#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/data/dataset.h"
#include "candor/tensor/random.h"
#include "candor/train/programs.h"

namespace candor {
namespace {


// The first `count` rows, from the beginning again where there are fewer.
Tensor batch_of(const Tensor& all, std::int64_t count) {
  if (all.shape(0) == count) return all.contiguous();
  if (all.shape(0) > count) return all.view_slice(0, 0, count).contiguous();
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(i % all.shape(0));
  return data::take_rows(all, rows);
}

// A program with all that it reads.
struct Prepared {
  std::shared_ptr<detail::TrainPrograms> programs;
  Program* program = nullptr;
  std::vector<Tensor> arguments;
  double planning_seconds = 0;
};

Prepared prepare(const Model& model, const std::vector<Tensor>& batch, std::size_t inputs, const ProfileOptions& o, bool clocks) {
  Prepared p;
  const double start = seconds_now();
  p.programs = std::make_shared<detail::TrainPrograms>(model, inputs, PlanOptions{.device = o.device, .profile = clocks});
  p.programs->set_memory(o.memory);
  p.arguments = batch;
  if (!o.training) p.arguments.resize(inputs);
  else {
    std::vector<std::int64_t> order;
    for (std::int64_t i = 0; i < o.batch_size; ++i) order.push_back(i);
    p.arguments.push_back(Tensor::from(order));
  }
  std::vector<TensorType> types;
  for (const Tensor& t : p.arguments) types.push_back(t.type());
  p.program = o.training ? &p.programs->train_step(types, 0) : &p.programs->predict_step(types);
  p.planning_seconds = seconds_now() - start;
  return p;
}

// Runs for about `seconds` after a few runs that meet cold caches; the time of each run.
std::vector<double> run_for(Prepared& p, double seconds) {
  std::vector<Tensor> results;
  std::vector<void*> in, out;
  for (const Tensor& t : p.arguments) in.push_back(t.raw());
  for (const TensorType& type : p.program->result_types()) out.push_back(results.emplace_back(Tensor::empty(type.shape, type.dtype)).raw());
  std::vector<double> times;
  times.reserve(100'000);
  std::uint64_t step = 0;
  const double end = seconds_now() + seconds;
  while (times.size() < times.capacity() && (times.size() < 3 || seconds_now() < end)) {
    const double start = seconds_now();
    p.program->run(in.data(), out.data(), {.seed = 0, .step = step++});
    times.push_back(seconds_now() - start);
  }
  return times;
}

std::size_t bytes_of_weights(const Model& model) {
  std::size_t bytes = 0;
  for (const auto& [name, variable] : model.named_variables()) bytes += variable.type().bytes();
  return bytes;
}

KernelTime timed(const PlanRow& row, double seconds, const Profile& p) {
  KernelTime kernel;
  kernel.row = row;
  kernel.seconds = seconds;
  const double bytes = static_cast<double>(row.bytes);
  if (seconds > 0) kernel.flops_per_second = row.flops / seconds, kernel.bytes_per_second = bytes / seconds;
  const LeastTime least = least_time(row, p.roofline, p.arena_bytes + p.weight_bytes);
  kernel.bound = least.bound;
  if (seconds > 0) kernel.of_roofline = least.seconds / seconds;
  return kernel;
}

void require_ready(const Model& model, const ProfileOptions& o) {
  const std::string who = model.name() + ": profile";
  if (!model.built()) fail(ErrorKind::invalid_argument, who + ": the model is not built: give it an Input, or call build(shape)");
  if (o.training && !model.compiled()) fail(ErrorKind::invalid_argument, who + ": a step of training needs a loss and an optimizer: call compile() first");
  if (o.batch_size < 1) fail(ErrorKind::invalid_argument, who + ": batch_size must be at least 1, not " + std::to_string(o.batch_size));
  if (!(o.seconds >= 0 && o.seconds <= 3600)) fail(ErrorKind::invalid_argument, who + ": seconds must lie between 0 and 3600");
}

void require_computing(const Model& model, const ProfileOptions& o) {
  if (!backend(o.device).computes()) fail(ErrorKind::unsupported, model.name() + ": profile: device \"" + o.device + "\" plans and counts but does not compute; candor plan --device " + o.device + " shows what it says");
}

// Rows for a model that comes without: x, then y when it is to be trained.
std::pair<std::vector<Tensor>, std::vector<Tensor>> made_up_rows(const Model& model, const ProfileOptions& o) {
  std::vector<Tensor> x, y;
  for (const TensorType& type : model.input_types()) {
    const Shape shape = type.shape.inserted(0, o.batch_size);
    if (type.dtype == DType::f32) x.push_back(random_uniform(shape, 0, 1, RandomStream{0, 0}));
    else x.push_back(Tensor::full(shape, is_floating(type.dtype) ? .5 : 0, type.dtype));
  }
  if (o.training) {
    const std::vector<TensorType> outputs = model.output_types();
    const LossList& losses = model.compile_options().loss;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string loss = losses.empty() ? "" : losses[losses.size() == 1 ? 0 : std::min(i, losses.size() - 1)].name();
      const Shape shape = outputs[i].shape.inserted(0, o.batch_size);
      // Class numbers stand where the outputs have one number a class.
      if (loss.find("sparse") != std::string::npos && shape.rank() > 1) y.push_back(Tensor::full(shape.without(shape.rank() - 1), 0, DType::i32));
      else y.push_back(Tensor::full(shape, 0, is_floating(outputs[i].dtype) ? outputs[i].dtype : DType::f32));
    }
  }
  return {x, y};
}

}  // namespace

LeastTime least_time(const PlanRow& row, const Roofline& roofline, std::size_t footprint) {
  const bool narrow = row.kernel.ends_with(".bf16") && roofline.bf16_flops_per_second > 0;
  const double peak = narrow ? roofline.bf16_flops_per_second : roofline.flops_per_second, rate = roofline.bandwidth(footprint);
  const double by_compute = peak > 0 ? row.flops / peak : 0, by_memory = rate > 0 ? static_cast<double>(row.bytes) / rate : 0;
  return {std::max(by_compute, by_memory), by_compute > by_memory ? Bound::compute : Bound::memory};
}

Profile profile(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const ProfileOptions& o) {
  require_ready(model, o);
  require_computing(model, o);
  const std::string who = model.name() + ": profile";
  detail::check_rows(who, x, o.training ? std::span<const Tensor>(y) : std::span<const Tensor>());
  if (o.training && y.empty()) fail(ErrorKind::invalid_argument, who + ": a step of training needs targets");
  std::vector<Tensor> batch;
  for (const Tensor& t : x) batch.push_back(batch_of(t, o.batch_size));
  if (o.training) for (const Tensor& t : y) batch.push_back(batch_of(t, o.batch_size));

  Profile p;
  p.training = o.training, p.batch_size = o.batch_size, p.threads = threads();
  p.weight_bytes = bytes_of_weights(model);
  p.roofline = backend(o.device).measure_roofline();
  const std::vector<Tensor> kept = model.weights();
  Prepared plain = prepare(model, batch, x.size(), o, false), clocked = prepare(model, batch, x.size(), o, true);
  try {
    std::vector<double> times = run_for(plain, o.seconds / 2);
    times.erase(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(times.size() - 1, 10)));
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    p.seconds = times[times.size() / 2];
    const auto warm = static_cast<double>(run_for(clocked, o.seconds / 20).size());
    const std::vector<PlanRow> before = clocked.program->rows();
    p.runs = static_cast<std::int64_t>(run_for(clocked, o.seconds / 2).size());
    p.rows = clocked.program->rows();
    const double counted = static_cast<double>(p.runs);
    for (std::size_t i = 0; i < p.rows.size(); ++i) p.rows[i].seconds = (p.rows[i].seconds * (warm + counted) - before[i].seconds * warm) / counted;
  } catch (...) {
    model.set_weights(kept);
    throw;
  }
  model.set_weights(kept);

  p.planning_seconds = plain.planning_seconds;
  p.arena_bytes = clocked.program->arena_bytes();
  p.memory = clocked.program->memory();
  p.rewrites = clocked.program->rewrites();
  for (const PlanRow& row : p.rows) {
    if (row.kernel == "alias") continue;
    p.kernels.push_back(timed(row, row.seconds, p));
    p.kernel_seconds += row.seconds;
  }
  for (KernelTime& kernel : p.kernels) kernel.share = p.kernel_seconds > 0 ? kernel.seconds / p.kernel_seconds : 0;
  return p;
}

Profile profile(const Model& model, const ProfileOptions& o) {
  require_ready(model, o);
  const auto [x, y] = made_up_rows(model, o);
  return profile(model, x, y, o);
}

std::shared_ptr<const Program> plan_run(const Model& model, const ProfileOptions& o) {
  require_ready(model, o);
  auto [batch, y] = made_up_rows(model, o);
  const std::size_t inputs = batch.size();
  batch.insert(batch.end(), y.begin(), y.end());
  const Prepared p = prepare(model, batch, inputs, o, false);
  return {p.programs, p.program};
}

}  // namespace candor
