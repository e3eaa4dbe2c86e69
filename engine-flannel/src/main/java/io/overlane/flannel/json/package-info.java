// SPDX-License-Identifier: Apache-2.0
/**
 * JSON by the rules of Go's decoder, which every flannel node uses: names match in any case, unknown members are
 * ignored, the last of several wins.
 */
@NullMarked
package io.overlane.flannel.json;

import org.jspecify.annotations.NullMarked;
