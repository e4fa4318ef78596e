#include "read_dir.h"

#include <cstring>

namespace seabed_nfs {

namespace {
constexpr count3 kNamesBytes = 64 << 10, kAnswerBytes = 256 << 10;
constexpr int kRestarts = 10;

struct Page {
  cookie3 cookie = 0;
  cookieverf3 verifier = {};
  bool end = false;
};

bool plausible(const char* name) {
  return name != nullptr && name[0] != 0 && std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0 &&
         std::strchr(name, '/') == nullptr;
}

Status read_page(Call& call, const Handle& dir, Page* page, std::vector<DirEntry>* out) {
  READDIRPLUS3args args{};
  args.dir = dir.raw();
  args.cookie = page->cookie;
  std::memcpy(args.cookieverf, page->verifier, sizeof page->verifier);
  args.dircount = kNamesBytes;
  args.maxcount = kAnswerBytes;
  return perform<READDIRPLUS3res>(call, rpc_nfs3_readdirplus_async, args, [&](const READDIRPLUS3res& result) {
    const auto& got = result.READDIRPLUS3res_u.resok;
    std::memcpy(page->verifier, got.cookieverf, sizeof page->verifier);
    page->end = got.reply.eof != 0 || got.reply.entries == nullptr;
    for (const entryplus3* entry = got.reply.entries; entry != nullptr; entry = entry->nextentry) {
      page->cookie = entry->cookie;
      if (plausible(entry->name)) out->push_back({entry->name, attributes(entry->name_attributes)});
    }
  });
}
}  // namespace

int32_t read_dir(Call& call, const Handle& dir, std::vector<DirEntry>* out) {
  Page page;
  out->clear();
  for (int restarts = 0; !page.end;) {
    const Status status = read_page(call, dir, &page, out);
    if (status == NFS3ERR_BAD_COOKIE && ++restarts < kRestarts) {  // it changed under us: from the beginning
      page = Page();
      out->clear();
    } else if (status != NFS3_OK) {
      return fail_status(call, status, "its directory cannot be read");
    }
  }
  for (DirEntry& entry : *out) {
    if (entry.attributes.known) continue;
    Found found;
    const Status status = lookup(call, dir, entry.name, &found);
    if (status != NFS3_OK && status != NFS3ERR_NOENT)
      return fail_status(call, status, "a file cannot be inspected");
    entry.attributes = found.attributes;  // gone meanwhile: stays unknown
  }
  return SEABED_OK;
}

}  // namespace seabed_nfs
