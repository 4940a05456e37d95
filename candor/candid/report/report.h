// Everything a report shows, as data. The training command fills it; report_json and report_html write it; a model file keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/plot/curve.h"
#include "candor/candid/score.h"
#include "candor/nn/config.h"
#include "candor/train/history.h"

namespace candor::candid {

/// One column of the data, as it came.
struct ColumnOverview {
  std::string name = {}, role = {}, why = {}, treatment = {};
  std::int64_t missing = 0, distinct = 0;
  std::optional<double> mean = {}, deviation = {}, minimum = {}, median = {}, maximum = {};          ///< numbers and dates (days since 1970)
  std::vector<double> edges = {}, counts = {};                                         ///< histogram: edges are one more than counts
  std::vector<std::pair<std::string, std::int64_t>> words = {};                   ///< the most frequent, most frequent first
};

/// What the data look like: rows, columns, classes, what was noticed and how rows were parted.
struct DataOverview {
  std::string source = {}, digest = {}, kind = {};               ///< kind: "csv", "images", "idx", "generator", "series"
  std::int64_t train = 0, validation = 0, test = 0, skipped = 0;
  std::string split = {};                              ///< how rows were parted, for people
  std::vector<std::string> remarks = {};
  std::vector<ColumnOverview> columns = {};
  std::vector<std::string> correlated = {};            ///< names of the numeric columns of `correlation`
  std::vector<std::vector<double>> correlation = {};   ///< Pearson's, rows and columns as `correlated`
  std::vector<std::pair<std::string, std::int64_t>> classes = {};   ///< rows of each class in the training part
  std::vector<std::string> class_pictures = {};        ///< pictures: one example for each class, as PNG bytes in base64
};

/// An example worth looking at: among the worst or least certain ones.
struct Example {
  std::int64_t row = 0;                           ///< number in the test part
  std::string truth = {}, prediction = {};
  double confidence = 0, loss = 0;                ///< regression: confidence is the absolute error
  std::vector<std::pair<std::string, std::string>> cells = {};   ///< tables
  std::string picture = {};                            ///< pictures: PNG bytes in base64
  std::string file = {};
};

/// How much a column matters to the score.
struct Importance {
  std::string name = {};
  double value = 0, low = 0, high = 0;            ///< how much the score falls when the column is shuffled, with its interval
};

/// Prediction against one column, everything else as it is in the rows.
struct Dependence {
  std::string column = {};
  std::vector<std::string> words = {};                 ///< categories; empty for numbers
  std::vector<Curve> curves = {};                      ///< one for each class, or one
};

/// What the model says over two inputs: rows from the lowest y up.
struct DecisionMap {
  std::string x = {}, y = {};
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
  std::int64_t columns = 0, rows = 0;
  std::vector<double> values = {};                     ///< [rows * columns]: class numbers, or predictions
  std::vector<std::vector<double>> points = {};        ///< test rows: x, y, class number or value
};

/// A simple method beside the model: its score on the same test rows, with interval, time and the paired difference.
struct BaselineScore {
  std::string name = {}, what = {};
  double value = 0;
  Interval interval = {};                              ///< low == high: there is none
  double seconds = 0;
  std::optional<Interval> difference = {};        ///< model minus baseline on the same rows, paired: the verdict follows it where it is known
};

/// A further score: "AUC", "log loss", "RMSE".
struct FurtherScore {
  std::string name = {};
  double value = 0;
  std::optional<Interval> interval = {};
};

/// A part of the test rows and how the model does there and elsewhere: accuracy, or the mean absolute error.
struct Slice {
  std::string column = {}, group = {}, kind = {};   ///< kind: "class", "group" (a word of the column) or "range"
  std::int64_t rows = 0;
  double score = 0, rest = 0;                       ///< there, and in all other rows
  Interval interval = {};
  double p = 1;                                     ///< that they are equal, adjusted for all slices that were compared
  double constant = 0;                              ///< what always giving the commonest answer (the median) reaches there
};

/// A finding that a person did not want to hear of, and why.
struct SilencedFinding {
  Finding finding = {};
  std::string reason = {};
};

/// A layer as `summary` lists it.
struct LayerOverview {
  std::string name = {}, kind = {}, output = {};
  std::int64_t parameters = 0;
};

/// Everything a report shows.
struct Report {
  std::string title = {}, command = {}, task = {}, started = {};      ///< started: UTC, ISO 8601
  std::string target = {};                             ///< what is predicted, in the data's own word: "price"
  std::vector<std::pair<std::string, std::string>> versions = {};
  std::uint64_t seed = 0;
  int threads = 1;
  double seconds = 0;
  std::vector<std::pair<std::string, double>> timings = {};       ///< "reading", "training", ...: seconds
  DataOverview data = {};
  std::vector<std::string> choices = {};               ///< what was chosen for the user and why, a sentence each
  std::vector<LayerOverview> layers = {};
  std::string network_svg = {};                        ///< of plot_model
  std::int64_t parameters = 0;
  std::vector<std::string> plan = {};                  ///< summary of the compiled program, a line each
  std::vector<Curve> losses = {}, metrics = {};             ///< over epochs: "loss", "val_loss", ...
  std::int64_t best_epoch = 0;                    ///< whose weights were kept, counted from 1; 0 when all epochs counted
  std::int64_t networks = 0;                      ///< that were trained and answer together; the curves are of the first. 0: not known, or one
  std::vector<LayerRecord> layer_records = {};    ///< gradients, steps and units of each layer at `looked_at`; empty for short trainings
  std::vector<double> looked_at = {};             ///< in epochs from 0: 0.5 is the middle of the first
  Score score = {};
  std::vector<FurtherScore> more_scores = {};
  std::optional<double> reach = {};                    ///< regression: a new row's truth lies within prediction +- reach in 95 % of cases
  std::vector<BaselineScore> baselines = {};
  double temperature = 1;                         ///< classes: what the probabilities were made with; fitted on rows left out
  std::vector<Curve> rejection = {};              ///< classes: accuracy and cost against the share of rows that are answered, the surest first
  std::vector<Slice> slices = {};                 ///< the worst parts of the test rows first, at most 40
  std::vector<Curve> roc = {}, precision_recall = {}, calibration = {};     ///< one for each class where it makes sense
  std::vector<double> residual_edges = {}, residual_counts = {};       ///< regression: histogram of prediction - truth
  Curve predicted = {};                                           ///< regression: x truth, y prediction (a sample of rows)
  std::vector<Example> worst = {}, least_certain = {};
  std::vector<Importance> importances = {};
  std::vector<Dependence> dependences = {};
  std::optional<DecisionMap> map = {};
  std::vector<Curve> forecasts = {};                   ///< series: truth and predictions over time
  bool time_axis = false;                         ///< x of `forecasts` is in seconds since 1970
  std::vector<Finding> findings = {};
  std::vector<SilencedFinding> silenced = {};     ///< kept back because a person said so
  std::vector<std::string> checked = {};          ///< ids of the checks that came to a verdict
  std::vector<SkippedCheck> skipped = {};         ///< and of those that did not, with the reason
  std::vector<std::pair<std::string, std::string>> card = {};     ///< where the data came from, who may use it, what it must not be used for
  std::string model = {};                              ///< path of the model file
};

/// The version of the tree that report_config writes.
inline constexpr int report_version = 1;
/// Every number of the report, as a tree: what report.json holds, and a model file under "report".
Config report_config(const Report& report);
/// The inverse, to the bit. What is missing keeps its default. Throws Error: corrupt for everything a damaged or hostile tree can hold (kinds,
/// lengths that do not fit each other, negative counts), naming the place; unsupported for one of a newer version.
Report report_from_config(const Config& config);
/// One self-contained page: no request, no font, no other file; under 1 MB without the pictures however large the report is (what was left out is
/// said, and stands in report.json). Any text is shown as text. Sections that have nothing to show vanish.
std::string report_html(const Report& report);

}  // namespace candor::candid
