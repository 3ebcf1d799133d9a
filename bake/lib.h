/* lib: the functions of the language that need no other module's help, added to the library by
 * topic. */
#ifndef BAKE_LIB_H
#define BAKE_LIB_H

void lib_builtin(void);                              /* len, str, sorted, map, … */
void lib_text(void);                                 /* str.split and the other methods of texts */
void lib_group(void);                                /* methods of lists, tuples, sets and dicts */
void lib_data(void);                                 /* d.getVar and the store's other methods */
void lib_os(void);                                   /* os.path.*, os.*, time.* */
void lib_bb(void);                                   /* bb.utils.*, bb.data.*, bb.note … */
void lib_oe(void);                                   /* oe.utils.*, oe.types.*, oe.path.* */
void lib_fs(void);                                   /* fs.*, hash.*, bb.run */

/* All of the above; calling it again changes nothing. */
void lib_init(void);

#endif
