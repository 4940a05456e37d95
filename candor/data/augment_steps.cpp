// Steps of augmentation: their words, their checks and their text.
#include <cmath>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/augment.h"
#include "candor/data/augment_picture.h"

namespace candor::data {

using detail::step_as;

namespace {

std::string text_of(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

struct Word {
  const char* name;
  const char* amount;  ///< what the number behind it means; empty when it takes none
  AugmentStep (*make)(const double* amount);  ///< null: the default
  double (*value)(const AugmentStep&);
};

template <class Step>
Step with(double Step::*field, const double* amount) {
  Step step;
  if (amount) step.*field = *amount;
  return step;
}

// In the order of the variant.
const Word known[] = {
    {"flip", "chance", [](const double* a) -> AugmentStep { return with(&FlipHorizontal::chance, a); }, [](const AugmentStep& s) { return (*step_as<FlipHorizontal>(s)).chance; }},
    {"flip-vertical", "chance", [](const double* a) -> AugmentStep { return with(&FlipVertical::chance, a); }, [](const AugmentStep& s) { return (*step_as<FlipVertical>(s)).chance; }},
    {"rotate", "degrees", [](const double* a) -> AugmentStep { return with(&Rotate::degrees, a); }, [](const AugmentStep& s) { return (*step_as<Rotate>(s)).degrees; }},
    {"zoom", "share", [](const double* a) -> AugmentStep { return a ? Zoom{*a, *a} : Zoom{}; }, [](const AugmentStep& s) { return (*step_as<Zoom>(s)).in; }},
    {"shift", "share", [](const double* a) -> AugmentStep { return a ? Shift{*a, *a} : Shift{}; }, [](const AugmentStep& s) { return (*step_as<Shift>(s)).across; }},
    {"shear", "degrees", [](const double* a) -> AugmentStep { return with(&Shear::degrees, a); }, [](const AugmentStep& s) { return (*step_as<Shear>(s)).degrees; }},
    {"crop", "least share", [](const double* a) -> AugmentStep { return with(&Crop::least, a); }, [](const AugmentStep& s) { return (*step_as<Crop>(s)).least; }},
    {"colour", "share", [](const double* a) -> AugmentStep { return a ? Colour{*a, *a, *a, 0.1 * *a} : Colour{}; }, [](const AugmentStep& s) { return (*step_as<Colour>(s)).brightness; }},
    {"blur", "pixels", [](const double* a) -> AugmentStep { return with(&Blur::deviation, a); }, [](const AugmentStep& s) { return (*step_as<Blur>(s)).deviation; }},
    {"noise", "share", [](const double* a) -> AugmentStep { return with(&Noise::deviation, a); }, [](const AugmentStep& s) { return (*step_as<Noise>(s)).deviation; }},
    {"erase", "most share", [](const double* a) -> AugmentStep { return with(&Erase::most, a); }, [](const AugmentStep& s) { return (*step_as<Erase>(s)).most; }},
    {"mixup", "alpha", [](const double* a) -> AugmentStep { return with(&Mixup::alpha, a); }, [](const AugmentStep& s) { return (*step_as<Mixup>(s)).alpha; }},
    {"cutmix", "alpha", [](const double* a) -> AugmentStep { return with(&CutMix::alpha, a); }, [](const AugmentStep& s) { return (*step_as<CutMix>(s)).alpha; }},
    {"randaugment", "magnitude", [](const double* a) -> AugmentStep { return with(&RandAugment::magnitude, a); }, [](const AugmentStep& s) { return (*step_as<RandAugment>(s)).magnitude; }},
};

void check_step(const AugmentStep& step) {
  const auto within = [&](const char* what, double value, double low, double high) {
    if (value >= low && value <= high) return;
    fail(ErrorKind::invalid_argument, "augmentation: " + std::string(step_name(step)) + ": " + what + " must lie between " + text_of(low) + " and " + text_of(high) + ", not " + text_of(value));
  };
  struct Checker {
    const decltype(within)& in;
    void operator()(const FlipHorizontal& s) const { in("chance", s.chance, 0, 1); }
    void operator()(const FlipVertical& s) const { in("chance", s.chance, 0, 1); }
    void operator()(const Rotate& s) const { in("degrees", s.degrees, 0, 180); }
    void operator()(const Zoom& s) const { in("in", s.in, 0, 9), in("out", s.out, 0, 9); }
    void operator()(const Shift& s) const { in("across", s.across, 0, 1), in("down", s.down, 0, 1); }
    void operator()(const Shear& s) const { in("degrees", s.degrees, 0, 60); }
    void operator()(const Crop& s) const { in("least", s.least, 0.01, 1), in("aspect", s.aspect, 1, 10); }
    void operator()(const Colour& s) const {
      in("brightness", s.brightness, 0, 1), in("contrast", s.contrast, 0, 1), in("saturation", s.saturation, 0, 1), in("hue", s.hue, 0, 0.5);
    }
    void operator()(const Blur& s) const { in("deviation", s.deviation, 0.01, 10), in("chance", s.chance, 0, 1); }
    void operator()(const Noise& s) const { in("deviation", s.deviation, 0, 1); }
    void operator()(const Erase& s) const { in("chance", s.chance, 0, 1), in("most", s.most, 0.001, 1), in("least", s.least, 0, s.most); }
    void operator()(const Mixup& s) const { in("alpha", s.alpha, 0.01, 100), in("chance", s.chance, 0, 1); }
    void operator()(const CutMix& s) const { in("alpha", s.alpha, 0.01, 100), in("chance", s.chance, 0, 1); }
    void operator()(const RandAugment& s) const { in("operations", s.operations, 0, 20), in("magnitude", s.magnitude, 0, 1); }
  };
  std::visit(Checker{within}, step.any().value);
}

}  // namespace

AugmentStep::AugmentStep(FlipHorizontal step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{std::move(step)})) {}
AugmentStep::AugmentStep(FlipVertical step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{std::move(step)})) {}
AugmentStep::AugmentStep(Rotate step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Zoom step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Shift step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Shear step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Crop step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Colour step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Blur step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Noise step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Erase step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(Mixup step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(CutMix step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}
AugmentStep::AugmentStep(RandAugment step) : step_(std::make_shared<detail::AnyStep>(detail::AnyStep{step})) {}

LabelEffect label_effect(const AugmentStep& step) {
  if (step_as<Mixup>(step) || step_as<CutMix>(step)) return LabelEffect::mixes;
  const auto* across = step_as<FlipHorizontal>(step);
  const auto* down = step_as<FlipVertical>(step);
  return (across && !across->swap_labels.empty()) || (down && !down->swap_labels.empty()) ? LabelEffect::swaps : LabelEffect::keeps;
}

std::string_view step_name(const AugmentStep& step) { return known[step.any().value.index()].name; }

Augmentation::Augmentation(std::initializer_list<AugmentStep> steps) : Augmentation(std::vector<AugmentStep>(steps)) {}
Augmentation::Augmentation(std::vector<AugmentStep> steps) : steps_(std::move(steps)) {
  for (const AugmentStep& step : steps_) check_step(step);
}

std::vector<std::string> Augmentation::words() {
  std::vector<std::string> list;
  for (const Word& word : known) list.push_back(word.name + (*word.amount ? ":" + std::string(word.amount) : std::string()));
  return list;
}

Augmentation Augmentation::parse(std::string_view text) {
  std::vector<AugmentStep> steps;
  if (trimmed(text).empty() || trimmed(text) == "none") return {};
  for (const std::string_view part : split_text(text, ',')) {
    const std::size_t colon = part.find(':');
    const std::string name = lower_case(trimmed(part.substr(0, colon)));
    if (name == "usual" || name == "auto") {
      const Augmentation some = usual();
      steps.insert(steps.end(), some.steps().begin(), some.steps().end());
      continue;
    }
    const Word* found = nullptr;
    std::vector<std::string> names;
    for (const Word& word : known) {
      names.emplace_back(word.name);
      if (name == word.name || (name == "color" && names.back() == "colour")) found = &word;
    }
    if (!found) fail(ErrorKind::invalid_argument, "augmentation: no step " + quoted(name) + did_you_mean(name, names) + "; there are " + name_list(words(), 20) + ", usual and none");
    if (colon == std::string_view::npos) {
      steps.push_back(found->make(nullptr));
      continue;
    }
    const auto amount = parse_number(trimmed(part.substr(colon + 1)));
    if (!amount) fail(ErrorKind::invalid_argument, "augmentation: " + name + " takes a number (" + found->amount + "), as " + name + ":" + text_of(found->value(found->make(nullptr))) + ", and " + quoted(part.substr(colon + 1)) + " came");
    steps.push_back(found->make(&*amount));
  }
  return Augmentation(std::move(steps));
}

Augmentation Augmentation::usual() { return {Rotate{10}, Zoom{0.1, 0.1}, Shift{0.08, 0.08}, Colour{0.2, 0.2, 0.2, 0.02}}; }

std::string Augmentation::description() const {
  std::string text;
  for (const AugmentStep& step : steps_) text += (text.empty() ? "" : ",") + std::string(step_name(step)) + ":" + text_of(known[step.any().value.index()].value(step));
  return text.empty() ? "none" : text;
}

}  // namespace candor::data
