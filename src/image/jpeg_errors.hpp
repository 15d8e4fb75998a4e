#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>

// jpeglib.h needs size_t and FILE before it.
#include <jerror.h>
#include <jpeglib.h>

namespace fovea {

/// An error manager for libjpeg that does not print and leaves by longjmp; therefore it is trivial.
struct JpegErrors {
  jpeg_error_mgr base;  // first: libjpeg's pointer to it is a pointer to this
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

/// Writes the message and jumps to `escape`.
inline void leave_jpeg(j_common_ptr jpeg) {
  auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
  (*jpeg->err->format_message)(jpeg, errors->message);
  std::longjmp(errors->escape, 1);
}

/// Initialises the error manager and returns the pointer for libjpeg's `err`.
inline jpeg_error_mgr* init_jpeg_errors(JpegErrors* errors) {
  jpeg_std_error(&errors->base);
  errors->base.error_exit = leave_jpeg;
  errors->base.output_message = [](j_common_ptr) {};
  return &errors->base;
}

}  // namespace fovea
