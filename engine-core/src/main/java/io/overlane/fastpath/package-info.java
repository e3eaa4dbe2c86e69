// SPDX-License-Identifier: Apache-2.0
/** A path for frames beside the threads of the engine, such as programs in the kernel, that follows its tables. */
@NullMarked
package io.overlane.fastpath;

import org.jspecify.annotations.NullMarked;
