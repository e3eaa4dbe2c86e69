// SPDX-License-Identifier: Apache-2.0
/**
 * JSON as Go's decoder reads it, for that is what every flannel node reads and writes it with: names match without
 * regard to case, unknown members are ignored, the last of several wins.
 */
package io.overlane.flannel.json;
