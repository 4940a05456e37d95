// What 55 insurers ask: 700 columns of a customer and a car go in, 55 prices and 55 yes-or-no quotes come out of one network. A price counts only where
// the insurer quoted one, so the loss is masked: the error of the logarithm of the price where there is one, and cross-entropy for all quotes.
// Beside it the same without hidden layers: ridge and logistic regression for all insurers at once, their penalty chosen on rows kept back.
//   premiums [SEEDS [ROWS]]     5 and 8000 when not given
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

constexpr std::int64_t insurers = 55;

/// Targets and outputs [n, 110]: prices, then quotes (outputs: logarithms of prices in units of 400, then logits).
Loss mixed_loss() {
  return Loss("premiums", [](const Tensor& y_true, const Tensor& y_pred) {
    const Tensor price = narrow(y_true, 1, 0, insurers), quote = narrow(y_true, 1, insurers, 2 * insurers);
    const Tensor log_price = log(maximum(price, Tensor::full({}, 1)) / 400.f);
    const Tensor error = square(narrow(y_pred, 1, 0, insurers) - log_price) * quote;  // nothing where there was no quote
    const Tensor doubt = sigmoid_cross_entropy(narrow(y_pred, 1, insurers, 2 * insurers), quote);
    return 5.f * sum(error, {1}) / maximum(sum(quote, {1}), Tensor::full({}, 1)) + mean(doubt, {1});
  });
}

/// How well the test rows are foretold: mean absolute error of the prices that were asked, and the area under the ROC curve of the quotes.
struct Judgement {
  double error = 0, auc = 0;
};
Judgement judge(const Tensor& outputs, const data::Dataset& test) {
  const std::vector<float> said = outputs.to_vector(), truth = test.targets.to_vector();
  Judgement result;
  double prices = 0;
  for (std::size_t i = 0; i < truth.size(); i += 2 * insurers)
    for (std::size_t k = 0; k < insurers; ++k) {
      if (truth[i + insurers + k] == 0) continue;
      result.error += std::abs(400 * std::exp(said[i + k]) - truth[i + k]);
      ++prices;
    }
  result.error /= prices;
  for (std::int64_t k = insurers; k < 2 * insurers; ++k) {
    const ExactAUC auc;
    auc.update(test.targets.view_slice(1, k, k + 1).contiguous(), outputs.view_slice(1, k, k + 1).contiguous());
    result.auc += auc.result() / insurers;
  }
  return result;
}

/// The 20 measured columns around 0; those that mark a region, a model or a job stay 0 and 1.
Layer scaled(const Tensor& features) {
  constexpr std::int64_t measured = 20;
  const Tensor first = features.view_slice(1, 0, measured).contiguous();
  const std::int64_t marks = features.shape(1) - measured;
  return Standardize{{.mean = concatenate({mean(first, {0}), Tensor::zeros({marks})}, 0), .variance = concatenate({var(first, {0}), Tensor::full({marks}, 1)}, 0)}};
}

Sequential trained(const data::Dataset& train, bool deep, double penalty, std::uint64_t seed) {
  set_random_seed(seed);
  Sequential model{scaled(train.features)};
  if (deep) {
    model.add(Dense{128, {.activation = gelu}});
    model.add(Dropout{0.3});
    model.add(Dense{128, {.activation = gelu}});
    model.add(Dropout{0.1});
  }
  model.add(Dense{2 * insurers, {.kernel_regularizer = penalty > 0 ? Regularizer(L2{penalty}) : Regularizer{}}});
  constexpr int epochs = 20;
  const double steps = std::ceil(static_cast<double>(train.rows()) / 64) * epochs;
  model.compile({.loss = mixed_loss(), .optimizer = Adam{CosineDecay{.initial_learning_rate = deep ? 0.003 : 0.01, .decay_steps = steps}}});
  model.fit(train, {.epochs = epochs, .batch_size = 64, .seed = seed, .verbose = 0});
  return model;
}

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const std::int64_t rows = argc > 2 ? std::max(500, std::atoi(argv[2])) : 8000;
  const auto [train, test] = data::split(data::premiums(rows), {.test = 0.25});

  // What needs no inputs: the usual price and the usual quote of each insurer.
  const std::vector<float> y = train.targets.to_vector();
  std::vector<float> usual(2 * insurers, 0), counts(insurers, 0);
  for (std::size_t i = 0; i < y.size(); i += 2 * insurers)
    for (std::size_t k = 0; k < insurers; ++k) {
      const bool quoted = y[i + insurers + k] > 0;
      usual[k] += quoted ? std::log(y[i + k] / 400) : 0;
      counts[k] += quoted;
    }
  for (std::size_t k = 0; k < insurers; ++k) usual[k] /= std::max(counts[k], 1.f);
  const Judgement guess = judge(broadcast_to(Tensor::from(usual, {1, 2 * insurers}), {test.rows(), 2 * insurers}), test);

  // The straight way, with the penalty that is best on a fifth of the training rows.
  const auto [fit, check] = data::split(train, {.test = 0.2, .seed = 1});
  double best_penalty = 0, best = 1e30;
  for (const double penalty : {0.0, 1e-5, 1e-4, 1e-3}) {
    const double loss = trained(fit, false, penalty, 1).evaluate(check)["loss"];
    if (loss < best) best = loss, best_penalty = penalty;
  }
  struct Row {
    const char* name;
    std::vector<Judgement> all;
  };
  Row table[] = {{"ridge and logistic", {}}, {"one network, two hidden layers", {}}};
  for (int seed = 0; seed < seeds; ++seed) {
    table[0].all.push_back(judge(trained(train, false, best_penalty, static_cast<std::uint64_t>(seed)).predict(test.features), test));
    table[1].all.push_back(judge(trained(train, true, 0, static_cast<std::uint64_t>(seed)).predict(test.features), test));
  }

  std::printf("%lld customers to learn from, %lld to judge; medians of %d seeds [smallest, largest]\n\n%-32s  price off by                 AUC of the quotes\n", static_cast<long long>(train.rows()),
              static_cast<long long>(test.rows()), seeds, "");
  std::printf("%-32s  %6.2f                       %.3f\n", "baseline: the usual price", guess.error, guess.auc);
  for (const Row& row : table) {
    std::vector<double> errors, aucs;
    for (const Judgement& one : row.all) errors.push_back(one.error), aucs.push_back(one.auc);
    std::sort(errors.begin(), errors.end());
    std::sort(aucs.begin(), aucs.end());
    std::printf("%-32s  %6.2f [%.2f, %.2f]     %.4f [%.4f, %.4f]\n", row.name, errors[errors.size() / 2], errors.front(), errors.back(), aucs[aucs.size() / 2], aucs.front(), aucs.back());
  }
  // Paired, insurer by insurer and row by row, would be finer still; the seeds alone do not overlap when this says so.
  const auto better = [&](auto of, bool smaller) {
    for (const Judgement& straight : table[0].all)
      for (const Judgement& deep : table[1].all)
        if (smaller ? of(deep) >= of(straight) : of(deep) <= of(straight)) return false;
    return true;
  };
  std::printf("\nthe network is %s in price and %s in quotes with every seed\n%.1f s in all\n", better([](const Judgement& j) { return j.error; }, true) ? "better" : "not better",
              better([](const Judgement& j) { return j.auc; }, false) ? "better" : "not better", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
