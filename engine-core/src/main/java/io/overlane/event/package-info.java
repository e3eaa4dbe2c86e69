// SPDX-License-Identifier: Apache-2.0
/** Events of table entries, which an application receives on a thread of its own. */
@NullMarked
package io.overlane.event;

import org.jspecify.annotations.NullMarked;
