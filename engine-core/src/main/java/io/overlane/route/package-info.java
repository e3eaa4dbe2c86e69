// SPDX-License-Identifier: Apache-2.0
/**
 * Behind which remote an IP prefix lives: the longest matching prefix wins.
 */
package io.overlane.route;
