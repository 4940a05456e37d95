// All layers in front of a network: tables, texts, images, sound.
#pragma once

#include "candor/nn/layers/preprocessing/auto_augment.h"
#include "candor/nn/layers/preprocessing/category_encoding.h"
#include "candor/nn/layers/preprocessing/discretization.h"
#include "candor/nn/layers/preprocessing/feature_space.h"
#include "candor/nn/layers/preprocessing/histogram.h"
#include "candor/nn/layers/preprocessing/image_layer.h"
#include "candor/nn/layers/preprocessing/image_mixing.h"
#include "candor/nn/layers/preprocessing/image_size.h"
#include "candor/nn/layers/preprocessing/lookup.h"
#include "candor/nn/layers/preprocessing/normalization.h"
#include "candor/nn/layers/preprocessing/pipeline.h"
#include "candor/nn/layers/preprocessing/preprocessing_layer.h"
#include "candor/nn/layers/preprocessing/random_color.h"
#include "candor/nn/layers/preprocessing/random_geometry.h"
#include "candor/nn/layers/preprocessing/spectrogram.h"
#include "candor/nn/layers/preprocessing/text_vectorization.h"
