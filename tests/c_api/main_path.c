/* Usage: c_api_main_path MODEL.onnx PICTURE
 * A C99 program that goes the way a caller goes: model, session, scores, gradient, map, colours. */
#include <fovea.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(fovea_status status, const char* call) {
  if (status == FOVEA_OK)
    return;
  fprintf(stderr, "%s: status %d: %s\n", call, (int)status, fovea_last_error());
  exit(1);
}

static void require(int condition, const char* text) {
  if (condition)
    return;
  fprintf(stderr, "not so: %s\n", text);
  exit(1);
}

#define CHECK(call) check(call, #call)
#define REQUIRE(condition) require(condition, #condition)

/* Two pictures of noise: their scores, the gradient of each best score, and a step along it. */
static void ascend(fovea_session* session) {
  fovea_session_info info;
  CHECK(fovea_session_describe(session, &info));
  const int64_t shape[4] = {2, info.channels, info.height, info.width};
  const size_t picture = (size_t)(info.channels * info.height * info.width);
  const size_t classes = (size_t)info.classes;
  float* x = malloc(2 * picture * sizeof *x);
  float* gradient = malloc(2 * picture * sizeof *gradient);
  float* scores = malloc(2 * classes * sizeof *scores);
  REQUIRE(x && gradient && scores);
  srand(1);
  for (size_t i = 0; i < 2 * picture; ++i)
    x[i] = (float)rand() / (float)RAND_MAX - 0.5F;

  CHECK(fovea_session_scores(session, x, shape, scores, 2 * classes));
  size_t best[2] = {0, 0};
  float before[2];
  for (size_t n = 0; n < 2; ++n) {
    for (size_t i = 1; i < classes; ++i)
      if (scores[n * classes + i] > scores[n * classes + best[n]])
        best[n] = i;
    before[n] = scores[n * classes + best[n]];
  }
  CHECK(fovea_session_gradient(session, x, shape, NULL, gradient, 2 * picture));
  for (size_t i = 0; i < 2 * picture; ++i)
    x[i] += 0.1F * gradient[i];
  CHECK(fovea_session_scores(session, x, shape, scores, 2 * classes));
  for (size_t n = 0; n < 2; ++n)
    REQUIRE(scores[n * classes + best[n]] > before[n]);
  free(x);
  free(gradient);
  free(scores);
}

/* Prints the notes of a session. */
static void print_notes(const fovea_session* session) {
  const fovea_note* notes = NULL;
  size_t count = 0;
  CHECK(fovea_session_notes(session, &notes, &count));
  for (size_t i = 0; i < count; ++i) {
    printf("%s: %s", notes[i].kind, notes[i].text);
    for (size_t k = 0; k < notes[i].counts_size; ++k)
      printf(" %lld", (long long)notes[i].counts[k]);
    for (size_t k = 0; k < notes[i].names_size; ++k)
      printf(" '%s'", notes[i].names[k]);
    printf("\n");
    REQUIRE(strlen(notes[i].kind) > 0 && strlen(notes[i].text) > 0);
  }
}

/* The map of a photo, and its colours. */
static void explain(const fovea_model* model, fovea_session* session, const char* path) {
  fovea_image* image = NULL;
  fovea_pixels pixels;
  fovea_map* map = NULL;
  fovea_map_info info;
  const char* label = NULL;
  CHECK(fovea_image_read(path, &image));
  CHECK(fovea_image_pixels(image, &pixels));
  CHECK(fovea_session_saliency(session, &pixels, -1, &map));
  fovea_image_free(image);
  CHECK(fovea_map_describe(map, &info));
  CHECK(fovea_model_label(model, info.target, &label));
  printf("%s, probability %.3f\n", label, info.probability);
  REQUIRE(strcmp(label, "golf ball") == 0);
  REQUIRE(info.probability > 0.5 && info.probability <= 1);

  const size_t area = (size_t)(info.height * info.width);
  float* values = malloc(area * sizeof *values);
  uint8_t* rgb = malloc(3 * area);
  REQUIRE(values && rgb);
  CHECK(fovea_map_values(map, values, area));
  float largest = 0;
  for (size_t i = 0; i < area; ++i) {
    REQUIRE(isfinite(values[i]) && values[i] >= 0);
    largest = values[i] > largest ? values[i] : largest;
  }
  REQUIRE(largest > 0);
  CHECK(fovea_map_view(map, FOVEA_VIEW_HEAT, "viridis", rgb, 3 * area));
  CHECK(fovea_map_view(map, FOVEA_VIEW_OVERLAY, NULL, rgb, 3 * area));
  free(values);
  free(rgb);
  fovea_map_free(map);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s MODEL.onnx PICTURE\n", argv[0]);
    return 2;
  }
  fovea_model* model = NULL;
  fovea_model_info info;
  fovea_session* session = NULL;
  const fovea_session_options options = {sizeof options, "gradient", NULL, 2, 0, 0, 1, NULL};
  printf("fovea %s\n", fovea_version());
  CHECK(fovea_model_load(argv[1], &model));
  CHECK(fovea_model_describe(model, &info));
  REQUIRE(info.channels == 3 && info.classes == 10 && info.labels == 10);
  CHECK(fovea_session_create(model, &options, &session));
  print_notes(session);
  ascend(session);
  explain(model, session, argv[2]);
  REQUIRE(strcmp(fovea_last_error(), "") == 0);
  REQUIRE(fovea_model_load("no-such-file.onnx", &model) == FOVEA_ERROR_MODEL);
  REQUIRE(strstr(fovea_last_error(), "no-such-file.onnx") != NULL);
  fovea_session_free(session);
  fovea_model_free(model);
  return 0;
}
