// SPDX-License-Identifier: Apache-2.0
/** Where layer 3 and the payload of a frame begin. Not for applications. */
@NullMarked
package io.overlane.parse;

import org.jspecify.annotations.NullMarked;
