/* fovea for C and for all languages that can call C: scores, input gradients and saliency maps of an ONNX
 * classifier.
 *
 * Every function that can fail returns a fovea_status; no exception leaves the library. Results are written
 * through the last arguments, and only if the function returns FOVEA_OK. Arrays are dense and row-major and
 * belong to the caller; each is passed with its number of elements, which must be the documented one. Texts
 * are UTF-8.
 *
 * Threads: a fovea_model may be used from any number of threads at once, and so may a fovea_map and a
 * fovea_image, none of which change. A fovea_session serves one thread at a time; make one for each thread
 * from the same model: sessions with equal options share the network's weights. Any thread may free a handle
 * that no other thread is using. Handles do not depend on each other: a model may be freed before its
 * sessions, and a session before its maps.
 *
 * Processes: after fork(), the child may use every handle that it has inherited, and make its own, provided
 * that no other thread was inside a function of fovea at the time of the fork. The threads of the parent's
 * runs are gone in the child, so each of its runs with more than one thread takes place on a thread made for
 * that run. */
#ifndef FOVEA_H
#define FOVEA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fovea_status {
  FOVEA_OK = 0,
  FOVEA_ERROR_USAGE = 1,    /* a null pointer, an array of another size, an unsuitable session */
  FOVEA_ERROR_MODEL = 2,    /* a model that cannot be read, is not valid or is not supported */
  FOVEA_ERROR_INPUT = 3,    /* a picture, array, class or option that cannot be used */
  FOVEA_ERROR_OUTPUT = 4,   /* a file that cannot be written */
  FOVEA_ERROR_MEMORY = 5,   /* no memory left */
  FOVEA_ERROR_INTERNAL = 6, /* a fault of fovea itself */
  FOVEA_CANCELLED = 7       /* the caller's progress function asked for an end */
} fovea_status;

/* "0.1.0". */
const char* fovea_version(void);

/* One sentence on this thread's last call that did not return FOVEA_OK; "" if there was none. Valid until the
 * thread's next such call. */
const char* fovea_last_error(void);

/* Names of the methods that make maps ("gradient", "grad-cam", ...), as `fovea list methods` prints them.
 * The array and its texts live as long as the program. */
fovea_status fovea_methods(const char* const** names, size_t* count);

/* ---- Models ---- */

/* An ONNX model; immutable. Its file is mapped: it may be replaced or deleted while the model lives, but must
 * not be modified in place. */
typedef struct fovea_model fovea_model;

typedef struct fovea_model_info {
  int64_t channels; /* of the picture that the network takes: 1 to 4 */
  int64_t height;   /* of the picture, in pixels; 0 if the file leaves it open */
  int64_t width;
  int64_t classes; /* 0 if the file leaves it open; fovea_session_info always has it */
  int64_t labels;  /* class names that come with the file (ImageNet's for 1000 classes); 0: none */
} fovea_model_info;

/* FOVEA_ERROR_MODEL when the file is missing, damaged, no ONNX file or no classifier of pictures. Operators
 * that fovea lacks are an error of fovea_session_create only. */
fovea_status fovea_model_load(const char* path, fovea_model** model);
/* The scores of a model, for files that do not define them. Fields that are 0, except `size`, have their
 * defaults. */
typedef struct fovea_model_options {
  size_t size;        /* sizeof(fovea_model_options), so that fields may be added */
  const char* scores; /* the output, or other value, that holds the class scores; null: the first output */
  const char* activation; /* converts scores to probabilities: "softmax", "sigmoid" or "none"; null: the one
                             at the network's end, else softmax, or sigmoid for a single score */
} fovea_model_options;
/* Loads a model with options, which may be null. FOVEA_ERROR_INPUT for another activation, and for scores
 * that are no value of the network. */
fovea_status fovea_model_load_with(const char* path, const fovea_model_options* options, fovea_model** model);
fovea_status fovea_model_describe(const fovea_model* model, fovea_model_info* info);
/* The name of a class, "class 17" where it has none; lives as long as the model. FOVEA_ERROR_INPUT for an
 * index that is neither below `classes` nor below `labels`. */
fovea_status fovea_model_label(const fovea_model* model, int64_t index, const char** label);
void fovea_model_free(fovea_model* model); /* null: nothing happens, as for all that free */

/* ---- Sessions ---- */

/* A model compiled for one method, with the memory of a run. */
typedef struct fovea_session fovea_session;

/* Fields that are 0, except `size`, have their defaults:
 *   fovea_session_options options = {.size = sizeof options, .method = "gradient"}; */
typedef struct fovea_session_options {
  size_t size;               /* sizeof(fovea_session_options), so that fields may be added */
  const char* method;        /* one of fovea_methods; null: scores only, which any network can give */
  const char* preprocessing; /* of pictures: "torchvision", "caffe", "tf" or "none"; null: what the model's
                                file says, else torchvision */
  int64_t batch;             /* pictures that are processed together, up to 65536; 0: one */
  int64_t height; /* of the network's input if the file leaves it open, up to 65536; 0: the file's */
  int64_t width;
  int32_t threads; /* of one run, up to 1024; 0: all processors */
} fovea_session_options;

typedef struct fovea_session_info {
  int64_t batch; /* the requested one, or the file's own if the network takes no other */
  int64_t channels;
  int64_t height;
  int64_t width;
  int64_t classes;
} fovea_session_info;

/* `options` may be null: scores only. FOVEA_ERROR_MODEL when the network has operators that fovea lacks or
 * that have no gradient; FOVEA_ERROR_INPUT for an unknown method, an unknown preprocessing, sizes that the
 * network does not take, and numbers out of the ranges above. */
fovea_status fovea_session_create(const fovea_model* model, const fovea_session_options* options,
                                  fovea_session** session);
fovea_status fovea_session_describe(const fovea_session* session, fovea_session_info* info);

/* Something about the model or about how it was compiled that a user should know, e.g. that the scores are
 * those before a final Softmax, or on which nodes the rule of the method acted. */
typedef struct fovea_note {
  const char* kind;      /* "scores-before-activation", "rule-acted", ...; docs/notes.md lists the kinds */
  const char* text;      /* the note as an English sentence without a full stop */
  const int64_t* counts; /* numbers, whose meaning depends on the kind */
  size_t counts_size;
  const char* const* names; /* names, whose meaning depends on the kind */
  size_t names_size;
} fovea_note;

/* The notes of a session, an array of `count` elements that lives as long as the session. */
fovea_status fovea_session_notes(const fovea_session* session, const fovea_note** notes, size_t* count);

/* Called from time to time, on the working thread, by methods that use many copies of a picture. A result
 * other than 0 ends the work: the call returns FOVEA_CANCELLED and the session can be used again. */
typedef int (*fovea_progress)(int64_t done, int64_t total, void* user);
/* Sets the progress function of all following calls; null: none. */
fovea_status fovea_session_on_progress(fovea_session* session, fovea_progress progress, void* user);

/* Unnormalised class scores (logits), those before a final activation, [N,classes] of preprocessed pictures
 * [N,channels,height,width], for any N from 1: `shape` is that of `input`, and `scores_size` is N * classes.
 * Channels come first for every file, in the network's order. */
fovea_status fovea_session_scores(fovea_session* session, const float* input, const int64_t shape[4],
                                  float* scores, size_t scores_size);

/* The probabilities of the classes, 0 to 1, in the shape of the scores, by the network's final activation or
 * the one chosen with fovea_model_load_with. FOVEA_ERROR_INPUT if that is "none", and for a score that is not
 * finite. */
fovea_status fovea_session_probabilities(fovea_session* session, const float* input, const int64_t shape[4],
                                         double* probabilities, size_t probabilities_size);

/* The derivative of a class score of each picture with respect to that picture, in the input's shape and in
 * units of score per unit of network input. `targets` holds one class for each of the N pictures, -1 for the
 * best guess; null: the best guess for all. `gradient_size` is the number of elements of the input. For
 * sessions of the methods gradient, deconvnet and guided, whose rule it takes; FOVEA_ERROR_USAGE for others.
 * FOVEA_ERROR_INPUT for a class that does not exist, and for scores that are not finite if the best guess is
 * wanted. */
fovea_status fovea_session_gradient(fovea_session* session, const float* input, const int64_t shape[4],
                                    const int64_t* targets, float* gradient, size_t gradient_size);

void fovea_session_free(fovea_session* session);

/* ---- Saliency maps ---- */

/* A saliency map: the parts of a picture that the score of a class depends on. */
typedef struct fovea_map fovea_map;

/* A picture in the caller's memory: 8 bits a channel, interleaved, rows from the top. */
typedef struct fovea_pixels {
  const uint8_t* data;
  int64_t height; /* in pixels */
  int64_t width;
  int64_t channels; /* 3: red, green, blue; 1: grey */
  int64_t stride;   /* bytes from one row to the next, at least width * channels; 0: width * channels */
} fovea_pixels;

typedef struct fovea_map_info {
  int64_t height; /* of the map, in pixels of the picture resized for the network */
  int64_t width;
  int64_t target;     /* the class that is explained */
  double score;       /* its unnormalised score */
  double probability; /* of the class, 0 to 1; NaN if the network has none (activation "none") */
  int64_t region_x;   /* the part of the picture that the map covers, in the picture's own pixels */
  int64_t region_y;
  int64_t region_width;
  int64_t region_height;
} fovea_map_info;

/* Preprocesses the picture as the session's options say, scores it and makes the map of a class by the
 * session's method; `target` -1: the best guess. FOVEA_ERROR_USAGE for a session of scores only,
 * FOVEA_ERROR_INPUT for a class that does not exist, a picture too large and scores that are not finite. */
fovea_status fovea_session_saliency(fovea_session* session, const fovea_pixels* picture, int64_t target,
                                    fovea_map** map);
fovea_status fovea_map_describe(const fovea_map* map, fovea_map_info* info);
/* The map [height,width]; values are not negative. */
fovea_status fovea_map_values(const fovea_map* map, float* values, size_t size);

typedef enum fovea_view {
  FOVEA_VIEW_PHOTO = 0,  /* the part of the picture that the map covers */
  FOVEA_VIEW_HEAT = 1,   /* the map in colours, white level at its 99 % quantile */
  FOVEA_VIEW_OVERLAY = 2 /* the same colours laid over the picture */
} fovea_view;

/* The map as a picture, [height,width,3] of 8 bits: red, green, blue; `size` counts bytes. `colormap` is
 * "inferno", "viridis", "turbo", "magma", "jet", "hot" or "grey"; null: inferno. FOVEA_ERROR_INPUT for
 * another name. */
fovea_status fovea_map_view(const fovea_map* map, fovea_view view, const char* colormap, uint8_t* rgb,
                            size_t size);
void fovea_map_free(fovea_map* map);

/* ---- Picture files ---- */

/* A decoded picture. */
typedef struct fovea_image fovea_image;

/* Decodes a PNG, JPEG, WebP, TIFF, BMP or PNM file as upright RGB. FOVEA_ERROR_INPUT when it cannot. */
fovea_status fovea_image_read(const char* path, fovea_image** image);
/* The pixels, 3 channels, without a copy: they live as long as the image. */
fovea_status fovea_image_pixels(const fovea_image* image, fovea_pixels* pixels);
void fovea_image_free(fovea_image* image);

/* Writes a PNG file, whole or not at all. FOVEA_ERROR_OUTPUT when it cannot. */
fovea_status fovea_write_png(const char* path, const fovea_pixels* picture);

#ifdef __cplusplus
}
#endif

#endif
