#include "call.h"

namespace seabed_nfs {

namespace {
constexpr mode3 kDirMode = 0700, kFileMode = 0600;

char* text(const std::string& name) { return const_cast<char*>(name.c_str()); }
diropargs3 entry(const Handle& dir, const std::string& name) { return {dir.raw(), text(name)}; }

sattr3 with_mode(mode3 mode) {
  sattr3 out{};
  out.mode.set_it = 1;
  out.mode.set_mode3_u.mode = mode;
  return out;
}

constexpr auto kNothing = [](const auto&) {};
}  // namespace

Status get_attributes(Call& call, const Handle& handle, Attributes* out) {
  GETATTR3args args{handle.raw()};
  return perform<GETATTR3res>(call, rpc_nfs3_getattr_async, args, [out](const GETATTR3res& result) {
    *out = attributes(result.GETATTR3res_u.resok.obj_attributes);
  });
}

Status lookup(Call& call, const Handle& dir, const std::string& name, Found* out) {
  LOOKUP3args args{entry(dir, name)};
  const Status status =
      perform<LOOKUP3res>(call, rpc_nfs3_lookup_async, args, [out](const LOOKUP3res& result) {
        const auto& found = result.LOOKUP3res_u.resok;
        *out = {Handle(found.object), attributes(found.obj_attributes)};
      });
  if (status != NFS3_OK || out->attributes.known) return status;
  return get_attributes(call, out->handle, &out->attributes);
}

Status create(Call& call, const Handle& dir, const std::string& name, Found* out) {
  CREATE3args args{};
  args.where = entry(dir, name);
  args.how.mode =
      GUARDED;  // nothing is ever sent twice, so no verifier of ours is needed to know our own creation
  args.how.createhow3_u.g_obj_attributes = with_mode(kFileMode);
  *out = {};
  const Status status =
      perform<CREATE3res>(call, rpc_nfs3_create_async, args, [out](const CREATE3res& result) {
        const auto& made = result.CREATE3res_u.resok;
        if (made.obj.handle_follows != 0) out->handle = Handle(made.obj.post_op_fh3_u.handle);
        out->attributes = attributes(made.obj_attributes);
      });
  if (status != NFS3_OK || (!out->handle.empty() && out->attributes.known)) return status;
  return lookup(call, dir, name, out);
}

Status make_dir(Call& call, const Handle& dir, const std::string& name) {
  MKDIR3args args{entry(dir, name), with_mode(kDirMode)};
  return perform<MKDIR3res>(call, rpc_nfs3_mkdir_async, args, kNothing);
}

Status set_size(Call& call, const Handle& file, uint64_t size) {
  SETATTR3args args{};
  args.object = file.raw();
  args.new_attributes.size.set_it = 1;
  args.new_attributes.size.set_size3_u.size = size;
  return perform<SETATTR3res>(call, rpc_nfs3_setattr_async, args, kNothing);
}

Status remove_file(Call& call, const Handle& dir, const std::string& name) {
  REMOVE3args args{entry(dir, name)};
  return perform<REMOVE3res>(call, rpc_nfs3_remove_async, args, kNothing);
}

Status remove_dir(Call& call, const Handle& dir, const std::string& name) {
  RMDIR3args args{entry(dir, name)};
  return perform<RMDIR3res>(call, rpc_nfs3_rmdir_async, args, kNothing);
}

Status rename(Call& call, const Handle& from_dir, const std::string& from, const Handle& to_dir,
              const std::string& to) {
  RENAME3args args{entry(from_dir, from), entry(to_dir, to)};
  return perform<RENAME3res>(call, rpc_nfs3_rename_async, args, kNothing);
}

Status link(Call& call, const Handle& file, const Handle& to_dir, const std::string& to) {
  LINK3args args{file.raw(), entry(to_dir, to)};
  return perform<LINK3res>(call, rpc_nfs3_link_async, args, kNothing);
}

Status commit(Call& call, const Handle& file, std::string* verifier) {
  COMMIT3args args{file.raw(), 0, 0};  // the whole file
  return perform<COMMIT3res>(call, rpc_nfs3_commit_async, args, [verifier](const COMMIT3res& result) {
    verifier->assign(result.COMMIT3res_u.resok.verf, sizeof(writeverf3));
  });
}

Status space(Call& call, const Handle& handle, Space* out) {
  FSSTAT3args args{handle.raw()};
  return perform<FSSTAT3res>(call, rpc_nfs3_fsstat_async, args, [out](const FSSTAT3res& result) {
    const auto& found = result.FSSTAT3res_u.resok;
    *out = {found.tbytes, found.abytes, found.afiles};
  });
}

}  // namespace seabed_nfs
