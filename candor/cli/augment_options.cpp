#include "candor/cli/augment_options.h"

#include "candor/base/text.h"
#include "candor/cli/command.h"

namespace candor::cli {

void add_augment_options(CLI::App& command, AugmentFlags& flags) {
  std::string words;
  for (const std::string& word : data::Augmentation::words()) words += (words.empty() ? "" : ", ") + word.substr(0, word.find(':'));
  command.add_option("--augment", flags.steps, "pictures: how those of the training part are changed anew in each epoch, parted by commas, each with its amount if wished, as flip,rotate:10: " + words +
                                                   "; usual: a few of these; none (default: small turns, zooms and shifts for convolutions on few pictures)");
  command.add_option("--swap-labels", flags.swap_labels, "with flip: pairs of classes that a mirrored picture exchanges, as left:right,front_left:front_right")->delimiter(',');
}

pipeline::AugmentOptions augment_options(const AugmentFlags& flags) {
  pipeline::AugmentOptions options;
  options.steps = flags.steps;
  if (options.steps != "auto") data::Augmentation::parse(options.steps);  // a wrong word is said before data are read
  for (const std::string& pair : flags.swap_labels) {
    const auto names = split_text(pair, ':');
    if (names.size() != 2 || trimmed(names[0]).empty() || trimmed(names[1]).empty()) bad_option("--swap-labels", "two classes with a colon between them are expected, as left:right, and " + candor::quoted(pair) + " came");
    options.swap_labels.emplace_back(trimmed(names[0]), trimmed(names[1]));
  }
  return options;
}

}  // namespace candor::cli
