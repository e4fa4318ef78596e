#pragma once
// A directory for readers that want a file, removed at the end of the process.

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

class ScratchFile {
 public:
  explicit ScratchFile(const std::string& name) {
    std::string made = (std::filesystem::temp_directory_path() / "seabed-fuzz-XXXXXX").string();
    directory = ::mkdtemp(made.data());
    path = directory + "/" + name;
  }
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  void hold(std::string_view bytes) const { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }
  std::string content() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string directory, path;
};
