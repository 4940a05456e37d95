// Whether a layer trains or is used.
#pragma once

namespace candor {

/// Dropout drops and batch normalisation uses the batch's own statistics only in training.
enum class Mode : bool { inference, training };
inline constexpr Mode inference = Mode::inference;
inline constexpr Mode training = Mode::training;

}  // namespace candor
