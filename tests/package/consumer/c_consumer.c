/* Reads a class name through the installed C interface. */
#include <fovea.h>
#include <stdio.h>

int main(int argc, char** argv) {
  fovea_model* model = NULL;
  const char* label = NULL;
  if (argc != 2)
    return 2;
  if (fovea_model_load(argv[1], &model) != FOVEA_OK || fovea_model_label(model, 8, &label) != FOVEA_OK) {
    fprintf(stderr, "%s\n", fovea_last_error());
    return 1;
  }
  printf("%s\n", label);
  fovea_model_free(model);
  return 0;
}
