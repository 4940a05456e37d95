// The whole-process case: read MNIST, train one epoch, test.
#include <fstream>

#include "candor/candor.h"

using namespace candor;

// The process's own peak: what the system tells a parent counts the parent's memory before the program was loaded.
static std::string peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0) return line.substr(6);
  return " unknown";
}

int main() {
  try {
    const data::Loaded mnist = data::load("mnist");
    Sequential model{Rescale{1 / 255.f}, Flatten{}, Dense{128, {.activation = relu}}, Dense{64, {.activation = relu}}, Dense{10}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-3f}, .metrics = {Accuracy{}}});
    model.fit(mnist.train, {.epochs = 1, .batch_size = 128, .verbose = 0});
    std::cout << "accuracy " << model.evaluate(mnist.test)["accuracy"] << "\npeak" << peak_memory() << '\n';
  } catch (const Error& e) {
    std::cerr << e.what() << '\n';
    return exit_code(e.kind());
  }
}
