// Layers of texts and tables: what they do beyond the fixtures, and what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/base/fingerprint.h"
#include "candor/graph/compile.h"
#include "candor/nn/layers/preprocessing.h"
#include "candor/nn/layers/rescale.h"
#include "candor/nn/model.h"
#include "candor/nn/layers.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

TEST(Fingerprint, AgreesWithPublishedValues) {
  // Printed by FarmHash's own library (farmhash::Fingerprint64) for the first n letters of the alphabet, repeated.
  std::string text;
  for (int i = 0; i < 200; ++i) text += static_cast<char>('a' + i % 26);
  const std::vector<std::pair<std::size_t, std::uint64_t>> want = {
      {0, 0x9ae16a3b2f90404fu}, {1, 0xb3454265b6df75e3u}, {3, 0x24a5b3a074e7f369u}, {4, 0x1a5502de4a1f8101u},
      {7, 0x3c40c92b1ccb7355u}, {8, 0xfee9d22990c82909u}, {15, 0x687dfc2653bb2c1du}, {16, 0x54630bad7705cebdu},
      {17, 0x9e2106c72d7793a8u}, {32, 0xff96b8a54087359au}, {33, 0x1bd257e2fc3da812u}, {64, 0x9c4a595c23bb9bfau},
      {65, 0x2434d8917886fe2au}, {100, 0xd4d417919b0a94e2u}, {128, 0xc3244d5ec8a4474au}, {129, 0x9b1ca0571b8cefd4u},
      {192, 0x64856e315b33c277u}, {200, 0x25d40299e8419af6u}};
  for (const auto& [length, value] : want) EXPECT_EQ(fingerprint64(std::string_view(text).substr(0, length)), value) << length;
  // The last vector of SipHash's reference implementation: key 00..0f, message 00..3e.
  std::string message;
  for (int i = 0; i < 63; ++i) message += static_cast<char>(i);
  EXPECT_EQ(siphash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, message), 0x958a324ceb064572u);
}

TEST(StringLookup, LearnsAndComesBack) {
  StringLookup lookup({.num_oov_indices = 2});
  lookup.adapt(Texts{"b", "a", "b", "c"});
  EXPECT_EQ(lookup.get_vocabulary(), (std::vector<std::string>{"[UNK]", "[UNK]", "b", "c", "a"}));
  EXPECT_EQ(lookup.get_vocabulary(false), (std::vector<std::string>{"b", "c", "a"}));
  const StringLookup back = [&] {
    StringLookup made({.vocabulary = lookup.get_vocabulary(false), .invert = true});
    return made;
  }();
  EXPECT_EQ(back.words(Tensor::from(std::vector<std::int64_t>{1, 3, 0, 99, -1})), (Texts{"b", "a", "[UNK]", "[UNK]", "[UNK]"}));
  // The configuration alone makes the same layer.
  const PreprocessingLayer again = PreprocessingLayer::from(layer_from_config(lookup.config()));
  const Texts words({"a", "x", "c", "\xc3\xa9"}, {2, 2});
  EXPECT_EQ(again(words).to_vector<std::int64_t>(), lookup(words).to_vector<std::int64_t>());
  lookup.adapt(Texts{"z"});
  EXPECT_EQ(lookup.get_vocabulary(false), (std::vector<std::string>{"z"}));
}

TEST(StringLookup, RefusesBadVocabulariesAndInputs) {
  EXPECT_ERROR(invalid_argument, (StringLookup{{.vocabulary = {"a", "b", "a"}}}), "\"a\" twice, at places 0 and 2");
  EXPECT_ERROR(invalid_argument, StringLookup{}.set_vocabulary({}), "the vocabulary is empty");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.mask_token = "", .vocabulary = {"a", ""}}}), "mask token", "place 1");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.max_tokens = 2, .vocabulary = {"a", "b"}}}), "max_tokens is 2");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.max_tokens = 1}}), "max_tokens must be at least 2");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.num_oov_indices = -1}}), "num_oov_indices must not be negative");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.output_mode = "hot"}}), "output_mode must be one of");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.pad_to_max_tokens = true}}), "needs max_tokens");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.vocabulary = {"a"}, .idf_weights = {1}}}), "tf_idf");
  EXPECT_ERROR(invalid_argument, (StringLookup{{.vocabulary = {"a"}, .output_mode = "tf_idf"}}), "needs idf_weights");
  EXPECT_ERROR(unsupported, (StringLookup{{.output_mode = "count", .sparse = true}}), "dense");
  EXPECT_ERROR(unsupported, (StringLookup{{.encoding = "latin-1"}}), "UTF-8");
  EXPECT_ERROR(invalid_argument, StringLookup{}(Texts{"a"}), "has no vocabulary yet", "adapt()");
  const StringLookup strict({.num_oov_indices = 0, .vocabulary = {"a", "b"}});
  EXPECT_ERROR(invalid_argument, strict(Texts({"a", "b", "a", "q"}, {2, 2})), "\"q\" at place [1, 1]", "num_oov_indices is 0");
  EXPECT_ERROR(dtype, strict(Tensor::zeros({2, 2})), "takes texts and was given numbers");
  EXPECT_ERROR(invalid_argument, strict.adapt(Texts(std::vector<std::string>{})), "no data");
  EXPECT_ERROR(shape, Texts({"a"}, {2}), "1 strings", "[2]");
}

TEST(IntegerLookup, WorksInsideAModelAndNamesWhatItDoesNotKnow) {
  const IntegerLookup lookup({.mask_token = 0, .vocabulary = {40, -7, 12}});
  const Tensor x = Tensor::from(std::vector<std::int64_t>{12, 0, 5, -7}, {2, 2});
  const std::vector<std::int64_t> want = {4, 0, 1, 3};
  EXPECT_EQ(lookup(x).to_vector<std::int64_t>(), want);
  EXPECT_EQ(compile([&](const Tensor& t) { return lookup(t); })(x).to_vector<std::int64_t>(), want);
  const IntegerLookup strict({.num_oov_indices = 0, .vocabulary = {1, 2}});
  EXPECT_ERROR(invalid_argument, strict(Tensor::from(std::vector<std::int64_t>{1, 2, 1, 9}, {2, 2})), "9 at place [1, 1]", "not in the vocabulary");
  const IntegerLookup hashed({.num_oov_indices = 3, .vocabulary = {1}, .oov_method = "farmhash"});
  EXPECT_EQ(hashed(Tensor::from(std::vector<std::int64_t>{1, 42})).to_vector<std::int64_t>()[1], static_cast<std::int64_t>(fingerprint64("42") % 3));
  EXPECT_ERROR(invalid_argument, (IntegerLookup{{.vocabulary = {3, 4, 3}}}), "3 twice");
  EXPECT_ERROR(invalid_argument, (IntegerLookup{{.salt = {1}}}), "farmhash");
  EXPECT_ERROR(invalid_argument, IntegerLookup{}(x), "has no vocabulary yet");
  EXPECT_ERROR(dtype, lookup(Tensor::zeros({2})), "whole numbers");
}

TEST(TextVectorization, GoesInFrontOfAModel) {
  TextVectorization vectorize({.output_sequence_length = 4});
  const Texts sentences{"The cat sat.", "the DOG", "a cat, a dog; a bird!"};
  vectorize.adapt(sentences);
  const Tensor ids = vectorize(sentences);
  EXPECT_EQ(ids.shape(), (Shape{3, 4}));
  const Sequential model{Rescaling(0.1), Dense{2}};
  EXPECT_EQ(model(ids).shape(), (Shape{3, 2}));
  EXPECT_EQ(vectorize(sentences.reshaped({3, 1})).to_vector<std::int64_t>(), ids.to_vector<std::int64_t>());
  EXPECT_EQ(vectorize.tokens(Texts{"It's a test-case"})[0], (std::vector<std::string>{"its", "a", "testcase"}));
  const TextVectorization own({.vocabulary = {"x"}, .split_function = [](const std::string& text) { return std::vector<std::string>{text.substr(0, 1), text.substr(1)}; }});
  EXPECT_EQ(own(Texts{"xy"}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 1}));
  EXPECT_ERROR(unsupported, own.config(), "functions of one's own");
}

TEST(TextVectorization, InsideAModelItSaysWhereItBelongs) {
  const TextVectorization words({.output_sequence_length = 4, .vocabulary = {"a", "b", "c"}});
  const char *what = "takes texts and was given numbers, f32[", *where = "call the layer on the data first";
  EXPECT_ERROR(dtype, words(Input({1})), "text_vectorization", what, where);
  EXPECT_ERROR(dtype, (Sequential{words, Embedding{8, 3}}.build(Shape{1})), what, where);
  EXPECT_ERROR(dtype, StringLookup({.vocabulary = {"a", "b"}})(Tensor::zeros({2, 2})), "string_lookup", what, where);
  // Keras's own configuration of such a model.
  const Config texts{{"class_name", "InputLayer"}, {"config", {{"batch_shape", Config::List{Config(), 1}}, {"dtype", "string"}}}};
  EXPECT_ERROR(unsupported, layer_from_config(texts), "\"string\"", "on the data first");
  EXPECT_ERROR(unsupported, layer_from_config({{"class_name", "Sequential"}, {"config", {{"name", "s"}, {"layers", Config::List{texts, words.config()}}}}}), "\"string\"", "on the data first");
  // What it says to do works.
  const Sequential model{Embedding{8, 3}, GlobalAveragePooling1D{}, Dense{1}};
  EXPECT_EQ(model(words(Texts({"a b", "c"}))).shape(), (Shape{2, 1}));
}

TEST(TextVectorization, CountsNothingForNoWords) {
  const TextVectorization bag({.output_mode = "multi_hot", .vocabulary = {"a", "b"}});
  EXPECT_EQ(bag(Texts{"", "  "}).to_vector(), (std::vector<float>(6, 0.f)));
  const TextVectorization ids({.vocabulary = {"a"}});
  EXPECT_EQ(ids(Texts{"", ""}).shape(), (Shape{2, 0}));
  const TextVectorization letters({.split = "character", .vocabulary = {"\xc3\xa9", "a"}});
  EXPECT_EQ(letters(Texts{"a\xc3\xa9\xff"}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{3, 2, 1}));
}

TEST(TextVectorization, RefusesOptionsAndShapes) {
  EXPECT_ERROR(unsupported, (TextVectorization{{.ragged = true}}), "rectangular");
  EXPECT_ERROR(invalid_argument, (TextVectorization{{.standardize = "upper"}}), "standardize must be one of");
  EXPECT_ERROR(invalid_argument, (TextVectorization{{.ngrams = {0}}}), "ngrams must be at least 1");
  EXPECT_ERROR(invalid_argument, (TextVectorization{{.output_mode = "count", .output_sequence_length = 3}}), "output_sequence_length");
  EXPECT_ERROR(invalid_argument, (TextVectorization{{.output_sequence_length = -1}}), "output_sequence_length must be at least 1");
  EXPECT_ERROR(invalid_argument, TextVectorization{}(Texts{"a"}), "has no vocabulary yet");
  EXPECT_ERROR(shape, (TextVectorization{{.vocabulary = {"a"}}}(Texts({"a", "b"}, {1, 2}))), "[N] or [N, 1]", "[1, 2]");
}

TEST(CategoryEncoding, NamesRowAndValueOutOfRange) {
  const CategoryEncoding encode(4);
  const Tensor bad = Tensor::from(std::vector<std::int32_t>{0, 1, 2, 7}, {2, 2});
  EXPECT_ERROR(invalid_argument, encode(bad), "7 at place [1, 1]", "0 to 3");
  const auto compiled = compile([&](const Tensor& x) { return encode(x); });
  EXPECT_EQ(compiled(Tensor::from(std::vector<std::int32_t>{0, 1, 2, 3}, {2, 2})).to_vector(), (std::vector<float>{1, 1, 0, 0, 0, 0, 1, 1}));
  EXPECT_ERROR(invalid_argument, compiled(bad), "7 at place [1, 1]");
  EXPECT_ERROR(invalid_argument, encode(Tensor::from(std::vector<std::int32_t>{-1}, {1, 1})), "-1 at place [0, 0]");
  EXPECT_ERROR(invalid_argument, CategoryEncoding(0), "num_tokens must be at least 1");
  EXPECT_ERROR(invalid_argument, CategoryEncoding(3, {.output_mode = "int"}), "output_mode");
}

TEST(Hashing, HashesNumbersInsideAModelAsTheirText) {
  const Hashing hash(1000);
  const Tensor x = Tensor::from(std::vector<std::int64_t>{0, -1234567890123456789, 77}, {3, 1});
  const std::vector<std::int64_t> of_text = hash(Texts({"0", "-1234567890123456789", "77"}, {3, 1})).to_vector<std::int64_t>();
  EXPECT_EQ(compile([&](const Tensor& t) { return hash(t); })(x).to_vector<std::int64_t>(), of_text);
  const Hashing masked(5, {.mask_value = "77"});
  EXPECT_EQ(masked(x).to_vector<std::int64_t>()[2], 0);
  EXPECT_ERROR(invalid_argument, Hashing(0), "num_bins must be at least 1");
  EXPECT_ERROR(invalid_argument, Hashing(3, {.salt = {1, 2, 3}}), "one or two integers");
  EXPECT_ERROR(shape, HashedCrossing(3).apply({Texts{"a", "b"}, Texts{"c"}}), "columns differ in shape");
  EXPECT_ERROR(shape, HashedCrossing(3).apply({Texts{"a", "b"}}), "at least two");
}

TEST(Discretization, LearnsQuantilesFromBatches) {
  Discretization bins({.num_bins = 4});
  EXPECT_ERROR(invalid_argument, bins(Tensor::zeros({3})), "has no boundaries yet", "adapt()");
  std::vector<Column> batches;
  for (int b = 0; b < 10; ++b) {
    std::vector<float> values;
    for (int i = 0; i < 100; ++i) values.push_back(static_cast<float>((i * 37 + b * 11) % 1000));
    batches.emplace_back(Tensor::from(values));
  }
  bins.adapt(batches);
  ASSERT_EQ(bins.bin_boundaries().size(), 3u);
  // What Keras 3.15 learns from these batches.
  const std::vector<double> want = {246.0000457763672, 471.99969482421875, 705.0482788085938};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(bins.bin_boundaries()[i], want[i], 1e-3) << i;
  EXPECT_ERROR(invalid_argument, Discretization({.bin_boundaries = {1, 0}}), "must ascend", "number 1");
  EXPECT_ERROR(invalid_argument, Discretization({.bin_boundaries = {1}, .num_bins = 2}), "not both");
  EXPECT_ERROR(invalid_argument, Discretization({}), "give bin_boundaries, or num_bins");
  EXPECT_ERROR(invalid_argument, (Discretization({.bin_boundaries = {1}}).adapt(Tensor::zeros({3}))), "learns none");
  EXPECT_ERROR(invalid_argument, bins.adapt(Tensor::from(std::vector<float>{1, std::nanf("")})), "nan at place [1]");
}

TEST(Normalization, LearnsTheSameFromBatchesAsFromAll) {
  std::vector<float> values;
  for (int i = 0; i < 60; ++i) values.push_back(static_cast<float>((i * 29) % 17) + 100.f);
  const Tensor all = Tensor::from(values, {20, 3});
  Normalization whole, parts;
  whole.adapt(all);
  const std::vector<Column> batches = {all.view_slice(0, 0, 7).contiguous(), all.view_slice(0, 7, 20).contiguous()};
  parts.adapt(batches);
  for (std::size_t w = 0; w < 2; ++w)
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(whole.variables()[w].tensor().to_vector()[i], parts.variables()[w].tensor().to_vector()[i], 1e-4);
  const Tensor z = whole(all);
  double sum = 0;
  for (const float v : z.to_vector()) sum += v;
  EXPECT_NEAR(sum, 0, 1e-2);
  EXPECT_ERROR(invalid_argument, Normalization({.mean = Tensor(1.f)}), "mean and variance both");
  EXPECT_ERROR(shape, Normalization({.axis = {3}})(all), "axis 3 does not exist");
  EXPECT_ERROR(shape, whole(Tensor::zeros({2, 4})), "does not fit");
  EXPECT_ERROR(invalid_argument, Normalization({.mean = Tensor(0.f), .variance = Tensor(-1.f)}), "variance must not be negative");
  EXPECT_ERROR(invalid_argument, PreprocessingLayer::from(Dense{3}), "no preprocessing layer");
}

TEST(Rescaling, ScalesEachEntryOfTheLastAxis) {
  const Rescaling scale({1, 2}, {0.5, -1});
  EXPECT_EQ(scale(Tensor::from(std::vector<float>{1, 1, 2, 2}, {2, 2})).to_vector(), (std::vector<float>{1.5, 1, 2.5, 3}));
  EXPECT_ERROR(shape, scale(Tensor::zeros({2, 3})), "2 numbers for a last axis of 3");
  EXPECT_ERROR(invalid_argument, Rescaling({1, 2}, {1, 2, 3}), "2 scales and 3 offsets");
}

TEST(FeatureSpace, TakesEveryKindOfFeature) {
  const FeatureSpace space({{"a", FeatureSpace::float_()},
                            {"b", FeatureSpace::float_rescaled(2, 1)},
                            {"c", FeatureSpace::float_normalized()},
                            {"d", FeatureSpace::float_discretized(3)},
                            {"e", FeatureSpace::integer_categorical()},
                            {"f", FeatureSpace::string_categorical()},
                            {"g", FeatureSpace::string_hashed(5)},
                            {"h", FeatureSpace::integer_hashed(4)}},
                           {.crosses = {{.feature_names = {"e", "f"}, .crossing_dim = 7}}});
  const auto numbers = [](std::vector<float> v) { return Column(Tensor::from(v)); };
  const Column wholes = Tensor::from(std::vector<std::int64_t>{1, 2, 2, 1}), words = Texts{"x", "y", "x", "x"};
  const NamedColumns table = {{"a", numbers({1, 2, 3, 4})}, {"b", numbers({1, 2, 3, 4})}, {"c", numbers({1, 2, 3, 4})}, {"d", numbers({1, 2, 3, 4})},
                              {"e", wholes},                {"f", words},                 {"g", words},                 {"h", wholes}};
  EXPECT_ERROR(invalid_argument, space(table), "has no");
  space.adapt(table);
  const Tensor out = space(table);
  EXPECT_EQ(out.shape(), (Shape{4, 1 + 1 + 1 + 3 + 3 + 3 + 5 + 4 + 7}));
  EXPECT_EQ(out.to_vector()[1], 3.f);  // b of the first row
  const FeatureSpace again = FeatureSpace::from(layer_from_config(space.config()));
  EXPECT_ERROR(invalid_argument, space({{"a", wholes}}), "\"b\" is missing");
  EXPECT_ERROR(invalid_argument, FeatureSpace(std::vector<std::pair<std::string, Feature>>{}), "at least one feature");
  EXPECT_ERROR(invalid_argument, FeatureSpace({{"a", FeatureSpace::float_()}}, {.crosses = {{.feature_names = {"a", "zz"}}}}), "\"zz\"");
  EXPECT_ERROR(invalid_argument, FeatureSpace::feature("string_catgorical"), "string_categorical");
  const FeatureSpace named({{"w", FeatureSpace::string_categorical({}, 1, "int")}}, {.output_mode = "dict"});
  named.adapt({{"w", words}});
  EXPECT_EQ(named.encode({{"w", words}})[0].second.numbers().to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2, 1, 1}));
}

TEST(Spectrogram, RefusesOptionsAndShapes) {
  EXPECT_ERROR(invalid_argument, (STFTSpectrogram{{.mode = "loud"}}), "mode must be one of");
  EXPECT_ERROR(invalid_argument, (STFTSpectrogram{{.frame_length = 8, .frame_step = 9}}), "frame_step");
  EXPECT_ERROR(invalid_argument, (STFTSpectrogram{{.frame_length = 8, .fft_length = 4}}), "fft_length 4 is below");
  EXPECT_ERROR(invalid_argument, (STFTSpectrogram{{.window = "han"}}), "hann");
  EXPECT_ERROR(shape, (STFTSpectrogram{{.frame_length = 8}})(Tensor::zeros({2, 16})), "three axes");
  EXPECT_ERROR(shape, (STFTSpectrogram{{.frame_length = 8}})(Tensor::zeros({2, 4, 1})), "frames of 8");
  EXPECT_ERROR(invalid_argument, (MelSpectrogram{{.fft_length = 64, .sequence_length = 65}}), "above fft_length");
  EXPECT_ERROR(invalid_argument, (MelSpectrogram{{.min_freq = 9000, .max_freq = 100}}), "min_freq < max_freq");
  EXPECT_ERROR(shape, (MelSpectrogram{{.fft_length = 64}})(Tensor::zeros({2, 32})), "mirrors 32 samples");
  EXPECT_ERROR(invalid_argument, Pipeline({}), "at least one layer");
}

}  // namespace
}  // namespace candor
