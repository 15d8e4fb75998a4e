# Run by CPack on what it is about to pack: gives the documents the names and the form that Debian's policy asks for, and
# zsh's functions the folder where Debian's zsh looks for those of packages.
set(share ${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share)
file(RENAME ${share}/doc/fovea/LICENSE ${share}/doc/fovea/copyright)
file(RENAME ${share}/doc/fovea/CHANGELOG.md ${share}/doc/fovea/changelog)
if(EXISTS ${share}/zsh/site-functions)
  file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
endif()
file(GLOB pages ${share}/man/man1/*.1)
foreach(file ${pages} ${share}/doc/fovea/changelog)
  execute_process(COMMAND gzip -9n ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
