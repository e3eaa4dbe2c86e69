// SPDX-License-Identifier: Apache-2.0
/** A limit of events per second. */
@NullMarked
package io.overlane.limit;

import org.jspecify.annotations.NullMarked;
