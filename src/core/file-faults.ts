/** What the file system says by its codes, in words, and what a person can do about it. */
export const FILE_FAULTS: Readonly<Record<string, [fault: string, hint: string]>> = {
  ENOENT: ["there is no such file", "check the path; it counts from the working folder"],
  ENOTDIR: ["a file is where a folder should be", "name a folder in data_dir"],
  EEXIST: ["it is a file", "name a folder in data_dir"],
  EISDIR: ["it is a folder, not a file", "name a file"],
  ENXIO: ["it is no file", "name a file"],
  EACCES: ["permission denied", "check who may read and write there"],
  EPERM: ["permission denied", "check who may read and write there"],
  EROFS: ["the file system is read-only", "name another folder in data_dir"],
  ENOSPC: ["no space is left", "make room, or name another folder in data_dir"],
  EDQUOT: ["no space is left for you", "make room, or name another folder in data_dir"],
  EFBIG: ["the file is too large for its file system", "name a folder on another disk"],
  EMFILE: ["too many files are open", "raise the limit: ulimit -n"],
  ENFILE: ["too many files are open", "close other programs"],
  ENAMETOOLONG: ["the name is too long", "give the file a shorter one"],
  ELOOP: ["links lead in a circle", "name the file itself"],
  EIO: ["the disk failed", "check the disk"],
};
