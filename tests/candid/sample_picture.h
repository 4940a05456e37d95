// A grey ring of 28 x 28 pixels as PNG, in base64.
#pragma once

namespace candor::testing {

inline constexpr const char* sample_picture =
    "iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAAAAABXZoBIAAAAkklEQVR42sWSzQ2AIAyFubGJC3QJDizAQAzhIEzgMOzApbYmQtH4vJjYEy9f+vqHc3/HQssDSaUxcyvpjmjjMza6sNh4"
    "RItznrKaA4VclU656rn64+lXdba9KOtKqemqiKfvyotzGVAqZmOUpeqYXXyCgUF03waJsP1NGmbCmrhbOCfcEN4tvAq+J/4JL3/oy9gBjZWp5cQrADQAAAAASUVORK5CYII=";

}  // namespace candor::testing
