#include "elf_symbols.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace seabed::check {

namespace {
[[noreturn]] void damaged(const char* what) { throw std::runtime_error(std::string("the file has ") + what); }

/// A copy of the T at `offset`; the file's own numbers are not trusted.
template <class T>
T at(const std::string& file, uint64_t offset) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) damaged("an ELF structure behind its end");
  T out;
  std::memcpy(&out, file.data() + offset, sizeof out);
  return out;
}

Elf64_Shdr section(const std::string& file, const Elf64_Ehdr& header, uint64_t index) {
  if (index >= header.e_shnum) damaged("a link to a section that is not there");
  return at<Elf64_Shdr>(file, header.e_shoff + index * sizeof(Elf64_Shdr));
}

std::string name_at(const std::string& file, const Elf64_Shdr& strings, uint64_t offset) {
  if (strings.sh_offset > file.size() || offset > file.size() - strings.sh_offset)
    damaged("a name behind its end");
  const char* begin = file.data() + strings.sh_offset + offset;
  return std::string(begin, strnlen(begin, static_cast<size_t>(file.data() + file.size() - begin)));
}

bool offered(const Elf64_Sym& symbol) {
  const auto bind = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && bind != STB_LOCAL &&
         visibility != STV_HIDDEN && visibility != STV_INTERNAL;
}
}  // namespace

std::vector<std::string> exported_symbols(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  const auto header = at<Elf64_Ehdr>(file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64)
    damaged("no 64-bit ELF header");
  std::vector<std::string> out;
  for (uint64_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr symbols = section(file, header, i);
    if (symbols.sh_type != SHT_DYNSYM) continue;
    const Elf64_Shdr strings = section(file, header, symbols.sh_link);
    for (uint64_t n = 0; n < symbols.sh_size / sizeof(Elf64_Sym); ++n) {
      const auto symbol = at<Elf64_Sym>(file, symbols.sh_offset + n * sizeof(Elf64_Sym));
      if (offered(symbol)) out.push_back(name_at(file, strings, symbol.st_name));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace seabed::check
