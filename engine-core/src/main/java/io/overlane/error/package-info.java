// SPDX-License-Identifier: Apache-2.0
/** Reports of failures: to the application's handler, whatever it does, and not too often. Not for applications. */
@NullMarked
package io.overlane.error;

import org.jspecify.annotations.NullMarked;
