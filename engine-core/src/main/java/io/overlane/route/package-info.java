// SPDX-License-Identifier: Apache-2.0
/**
 * Behind which remote an IP prefix lives: the longest matching prefix wins.
 */
@NullMarked
package io.overlane.route;

import org.jspecify.annotations.NullMarked;
