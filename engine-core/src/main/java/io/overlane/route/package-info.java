// SPDX-License-Identifier: Apache-2.0
/** The remotes that IP prefixes are behind; the longest matching prefix wins. */
@NullMarked
package io.overlane.route;

import org.jspecify.annotations.NullMarked;
