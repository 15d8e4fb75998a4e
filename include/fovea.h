/* fovea for C and for all languages that can call C: scores, input gradients, saliency maps, objects, class
 * models, reconstructions, reports and evaluations of an ONNX classifier.
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

/* Options that few programs need are given as JSON: a text that holds an object, for example
 * "{\"crops\": \"2\", \"samples\": 50}". Null and "" stand for no options. docs/c-api.md lists the fields of
 * each function. FOVEA_ERROR_INPUT naming the field for one that is unknown, of another type or out of range.
 *
 * Structs of options begin with their size, so that fields may be added at their end: the library takes the
 * size of every version from the first one on, and fields beyond it have their defaults. */

/* Names of the methods that make maps ("gradient", "grad-cam", ...), as `fovea list methods` prints them.
 * The array and its texts live as long as the program. */
fovea_status fovea_methods(const char* const** names, size_t* count);

/* Called from time to time, on the working thread, with the finished part of the work. A result other than 0
 * ends the work: the call returns FOVEA_CANCELLED. */
typedef int (*fovea_progress)(int64_t done, int64_t total, void* user);

/* ---- Results ---- */

/* The results of one call by their names: arrays of numbers, and texts. Immutable. */
typedef struct fovea_result fovea_result;

typedef enum fovea_type { FOVEA_UINT8 = 0, FOVEA_INT64 = 1, FOVEA_FLOAT32 = 2, FOVEA_FLOAT64 = 3 } fovea_type;

/* A dense row-major array that belongs to the library. */
typedef struct fovea_array {
  const void* data;
  fovea_type type;
  int32_t rank; /* 0 to 4; 0: one number */
  int64_t shape[4];
} fovea_array;

/* The array or text of that name, which lives as long as the result. FOVEA_ERROR_INPUT where there is
 * none, with a message that lists those there are. */
fovea_status fovea_result_array(const fovea_result* result, const char* name, fovea_array* array);
fovea_status fovea_result_text(const fovea_result* result, const char* name, const char** text);
void fovea_result_free(fovea_result* result); /* null: nothing happens, as for all that free */

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
  const char* options;    /* JSON: labels, targets, preprocessing, size, precision, backend, ... */
} fovea_model_options;
/* Loads a model with options, which may be null. FOVEA_ERROR_INPUT for another activation, and for scores
 * that are no value of the network. */
fovea_status fovea_model_load_with(const char* path, const fovea_model_options* options, fovea_model** model);
fovea_status fovea_model_describe(const fovea_model* model, fovea_model_info* info);
/* The name of a class, "class 17" where it has none; lives as long as the model. FOVEA_ERROR_INPUT for an
 * index that is neither below `classes` nor below `labels`. */
fovea_status fovea_model_label(const fovea_model* model, int64_t index, const char** label);
/* The class that a text stands for: an index, a WordNet id, a name or the beginning of one, in any case.
 * FOVEA_ERROR_INPUT listing the candidates where it stands for none or for several. */
fovea_status fovea_model_find_class(const fovea_model* model, const char* text, int64_t* index);
/* What is known of a model. Texts: "path"; "preprocessing" and "preprocessing_source", how pictures become
 * inputs and who says so; "warnings", a JSON list of texts; "wordnet_ids", a JSON list of those of the
 * classes that have labels, "" where a class has none; with the option "layers", "layers", a JSON list of
 * the layers in the order of computation: name, node, operator, shape, axes and whether they have a grid of
 * more than one position; with the option "sha256", "sha256", the digest of the file, followed by its files
 * with external weights, in hexadecimal digits. FOVEA_ERROR_MODEL for a digest of a file that was modified
 * since it was loaded. Array: "preprocessing_is_assumed" INT64, 1 where nobody says so and
 * torchvision's convention was taken. */
fovea_status fovea_model_properties(const fovea_model* model, const char* options, fovea_result** result);
/* Which network answers, how pictures become its inputs, and who says so or that it was assumed. Texts:
 * "assumptions", a JSON object; "text", the same in sentences for people, wrapped to the option "columns". */
fovea_status fovea_model_assumptions(const fovea_model* model, const char* options, fovea_result** result);
void fovea_model_free(fovea_model* model);

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
  int32_t threads;     /* of one run, up to 1024; 0: all processors */
  const char* options; /* JSON: crops, further_methods, preprocessing, options of methods */
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

/* Sets the progress function of all following calls, which methods that use many copies of a picture report
 * to; null: none. After FOVEA_CANCELLED the session can be used again. */
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
/* The maps of the session's methods in their order: the method, then the option "further_methods". `count` is
 * their number. `against` is a class whose score is subtracted from the target's; -1: none. */
fovea_status fovea_session_explain(fovea_session* session, const fovea_pixels* picture, int64_t target,
                                   int64_t against, fovea_map** maps, size_t count);
/* The class scores of a picture, averaged over the crops of the option "crops". Arrays: "scores",
 * unnormalised [classes] FLOAT64; "probabilities", the same shape, absent where the network has none;
 * "order", the classes from the best one on, [classes] INT64. For sessions with and without a method. */
fovea_status fovea_session_classify(fovea_session* session, const fovea_pixels* picture,
                                    fovea_result** result);
/* Finds the object of a class in a picture by the product of the maps of the session's methods. The session's
 * crops must cover the picture: "whole", "2" or "10"; those of the command `fovea localize` are the method
 * fused-layer-cam and the crops "2". Arrays: "mask" [H,W] UINT8, 1 on the object; "box" [4] INT64, x0, y0,
 * x1, y1 in the picture's pixels, x1 and y1 exclusive, all 0 without an object (the mean of the mask's box
 * and the map's unless "box_level" is 0); "boxes" [N,4], one for each component of the mask of a tenth of the
 * largest one's area; "map" [h,w] FLOAT32, and "seeds" [h,w] UINT8 (0
 * unknown, 1 object, 2 background), at the size that was segmented; "contour" [h,w,3] UINT8, the picture with
 * the outline and boxes drawn; "target" INT64, "score" and "probability" FLOAT64 (NaN where there is none).
 */
fovea_status fovea_session_localize(fovea_session* session, const fovea_pixels* picture, int64_t target,
                                    const char* options, fovea_result** result);
fovea_status fovea_map_describe(const fovea_map* map, fovea_map_info* info);
/* The signed relevance that the map was made from, [C,height,width] FLOAT32, channels in the network's order;
 * for "gradient" in units of score per unit of network input. C is 1 where the channels share it. Lives as
 * long as the map. */
fovea_status fovea_map_relevance(const fovea_map* map, fovea_array* relevance);
/* The name of the method, which lives as long as the map. */
fovea_status fovea_map_method(const fovea_map* map, const char** method);
/* The five best guesses for the picture, best first. Arrays of up to 5: "classes" INT64, "scores" FLOAT64,
 * unnormalised, and "probabilities" FLOAT64, 0 to 1, NaN where the network has none. */
fovea_status fovea_map_guesses(const fovea_map* map, fovea_result** result);
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
/* The same with white at another percentile of the map's values, 0 to 100 (99; 100: the maximum), and
 * brightness (value / white) ^ gamma, above 0 (1). */
fovea_status fovea_map_view_with(const fovea_map* map, fovea_view view, const char* colormap,
                                 double percentile, double gamma, uint8_t* rgb, size_t size);
void fovea_map_free(fovea_map* map);

/* Draws a labelled figure of maps of one class of a picture. The option "kind" is "maps": the picture in its
 * own pixels, the map and the map over the picture, or several methods side by side; or "explanation", as the
 * command `fovea explain` draws it from maps of Grad-CAM and the gradient, with what was assumed. `picture`
 * is the one that the maps were made of; FOVEA_ERROR_INPUT where it does not contain their regions. With the
 * option "path" the figure is written, as the ending says: .png, .jpg, .svg or .pdf; FOVEA_ERROR_OUTPUT.
 * Without it, array: "bytes" [size] UINT8, a PNG file. */
fovea_status fovea_figure(const fovea_model* model, const fovea_map* const* maps, size_t count,
                          const fovea_pixels* picture, const char* options, fovea_result** result);

/* ---- Objects, class models, reconstructions ---- */

/* Finds the objects that a detector sees in a picture, best first; the model need not be a classifier.
 * Arrays: "box" [N,4] FLOAT64, left, top, right and bottom in the picture's pixels; "score" [N] FLOAT64;
 * "class" [N] INT64. Texts: "labels" and "targets", JSON lists of the classes' names and of what to give as
 * the option "targets" of a model to explain each box; "layer", for Grad-CAM; "decoder"; "preprocessing", a
 * JSON object, which such a model needs, too. FOVEA_ERROR_INPUT if the outputs are those of no known
 * detector. */
fovea_status fovea_detect(const fovea_model* model, const fovea_pixels* picture, const char* options,
                          fovea_result** result);
/* Finds the object that seeds mark. `seeds` is a picture of the same size: of 1 channel, 0 unknown, 1 object,
 * 2 background; of 3 channels, red strokes on the object and blue ones on the background; null: the points of
 * the options "foreground" and "background" are the seeds. Needs no network. Arrays: "mask", "box", "boxes",
 * "seeds", "contour" as for fovea_session_localize; "energy", FLOAT64 in nats. */
fovea_status fovea_segment(const fovea_pixels* picture, const fovea_pixels* seeds, const char* options,
                           fovea_result** result);
/* Finds pictures that excite a class, or a part of a layer, by gradient ascent. `start` may be null: it is
 * the picture that the ascent begins with. One step after another is reported to `progress`, which may be
 * null. Arrays: "input" [N,C,H,W] FLOAT32, the network's inputs; "picture" [N,H,W,3] UINT8, the same for the
 * eye; "score", "norm", "objective", "probability" [N] FLOAT64 (probability NaN where there is none); "steps"
 * [N] INT64. Text: "notes", a JSON list of texts. */
fovea_status fovea_class_model(const fovea_model* model, const char* options, const fovea_pixels* start,
                               fovea_progress progress, void* user, fovea_result** result);
/* Reconstructs what excites units or channels of a layer, or a class score, in a picture. Arrays: "pattern"
 * [N,C,H,W] FLOAT32, signed; "picture" [N,H,W,3] UINT8, the same around mid-grey; "seen" [H,W,3] UINT8, the
 * part of the picture that the network was shown; "unit" [N,3] INT64, channel, row and column (of a score:
 * the class, 0, 0); "activation" [N] FLOAT64; "field" and "field_in_photo" [N,4] INT64, the receptive field
 * as x, y, width, height. Text: "notes", a JSON list of texts. */
fovea_status fovea_deconv(const fovea_model* model, const fovea_pixels* picture, const char* options,
                          fovea_result** result);
/* Finds which channels of a layer matter for a class in a picture, and where (docs/concepts.md). Arrays, of
 * the N channels that are asked for, most relevant first: "channel" [N] INT64; "relevance" [N] FLOAT64, in
 * units of the score; "map" [N,C,H,W] FLOAT32, the relevance of the network's input that comes by the
 * channel. Of the layer: "channels" [channels] FLOAT64, the relevance of each; "layer_relevance"
 * [channels,h,w] FLOAT32. "seen" [H,W,3] UINT8 and "region" [4] INT64, the part of the picture that the
 * network was shown, as x, y, width, height of it. Numbers: "target" INT64, "score", "probability" (NaN where
 * there is none). Texts: "layer"; "notes", a JSON list. */
fovea_status fovea_concepts(const fovea_model* model, const fovea_pixels* picture, const char* options,
                            fovea_result** result);

/* ---- Many pictures, other files ---- */

/* Factorises the activations of a layer in many pictures together into a few non-negative concepts
 * (docs/concepts.md). Arrays: "map" [N,concepts,h,w] FLOAT32, how much of each concept is where; "direction"
 * [concepts,channels] FLOAT32, of length 1; "error" FLOAT64, ||V - W H|| / ||V|| at the start and after each
 * iteration. Texts: "layer"; "images", a JSON list of the N pictures; "failures", a JSON list of sentences.
 */
fovea_status fovea_factorise(const fovea_model* model, const char* options, fovea_progress progress,
                             void* user, fovea_result** result);

/* Finds the units of a layer that many pictures excite most, with at most one patch of a picture for each
 * channel. Arrays: "picture" [N] INT64, numbers of pictures in "images"; "unit" [N,3] INT64, channel, row and
 * column, channel by channel, strongest first; "activation" [N] FLOAT64. Texts: "images", a JSON list of the
 * pictures, folders expanded; "failures", a JSON list of sentences. */
fovea_status fovea_strongest_patches(const fovea_model* model, const char* options, fovea_progress progress,
                                     void* user, fovea_result** result);
/* The same by what matters for the best guess in each picture (docs/concepts.md): in place of "activation",
 * "relevance" [N] FLOAT64, that of the unit. Further text: "layer". */
fovea_status fovea_relevant_patches(const fovea_model* model, const char* options, fovea_progress progress,
                                    void* user, fovea_result** result);

/* Compares the presets of preprocessing by what the network makes of a few pictures, of many 8. Texts:
 * "advice", a JSON object of the trials (preset, certainty, agreement, classes, largest_share, sane), the
 * recommended preset or null, and the reason; "text", a table for people; "failures", a JSON list of
 * sentences on pictures that cannot be read. FOVEA_ERROR_INPUT where none can, and for a network without
 * probabilities. */
fovea_status fovea_try_preprocessing(const fovea_model* model, const char* options, fovea_progress progress,
                                     void* user, fovea_result** result);

/* Writes an HTML page of pictures with their maps, objects and class models. `compared` may be null: it is a
 * second model, which is shown beside the first. Arrays, INT64: "photos", "failed", "left_out". Text:
 * "failures", a JSON list of sentences. */
fovea_status fovea_report(const fovea_model* model, const fovea_model* compared, const char* options,
                          fovea_progress progress, void* user, fovea_result** result);
/* Compares what two networks see in pictures, and why (docs/compare.md): predictions, maps and layers, with
 * thresholds. The second network has its own labels and preprocessing. Array, INT64: "passed", 1 if all
 * thresholds are kept. Texts: "summary", JSON; "text", a table for people; "failures", a JSON list of
 * sentences. FOVEA_ERROR_INPUT also for networks without a common class. */
fovea_status fovea_compare(const fovea_model* first, const fovea_model* second, const char* options,
                           fovea_progress progress, void* user, fovea_result** result);
/* Evaluates maps or boxes on many pictures. Texts: "summary", JSON; "text", a table for people; "failures", a
 * JSON list of sentences. */
fovea_status fovea_evaluate(const fovea_model* model, const char* options, fovea_progress progress,
                            void* user, fovea_result** result);
/* Makes an ONNX file of the network as fovea computes it, or of the network with the map that explains it.
 * Array: "onnx" [bytes] UINT8. */
fovea_status fovea_export(const fovea_model* model, const char* options, fovea_result** result);
/* Tells which nodes of an ONNX file, of whatever origin, ONNX Runtime runs on an NVIDIA GPU, and why not
 * others. Texts: "support", a JSON object (opset; onnxruntime, the version whose list of operators it is;
 * node_count; gaps, the number of nodes that do not run there; operators; nodes); "text", a table for
 * people. */
fovea_status fovea_cuda_support(const char* path, fovea_result** result);

/* ---- Picture files ---- */

/* A decoded picture. */
typedef struct fovea_image fovea_image;

/* Decodes a PNG, JPEG, WebP, TIFF, BMP or PNM file as upright RGB. FOVEA_ERROR_INPUT when it cannot. */
fovea_status fovea_image_read(const char* path, fovea_image** image);
/* The same of the bytes of such a file, which are not needed afterwards; `name` stands for it in errors. */
fovea_status fovea_image_decode(const void* bytes, size_t size, const char* name, fovea_image** image);
/* The pixels, 3 channels, without a copy: they live as long as the image. */
fovea_status fovea_image_pixels(const fovea_image* image, fovea_pixels* pixels);
void fovea_image_free(fovea_image* image);

/* Writes a PNG file, whole or not at all. FOVEA_ERROR_OUTPUT when it cannot. */
fovea_status fovea_write_png(const char* path, const fovea_pixels* picture);
/* The bytes of a picture's file: `format` is "png" or "jpeg", `quality` that of a JPEG, 1 to 100 (0: 90).
 * Array: "bytes" [size] UINT8. */
fovea_status fovea_encode(const fovea_pixels* picture, const char* format, int32_t quality,
                          fovea_result** result);

#ifdef __cplusplus
}
#endif

#endif
