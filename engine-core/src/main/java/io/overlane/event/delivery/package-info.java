// SPDX-License-Identifier: Apache-2.0
/** How events come from the threads that carry frames to the subscribers of the application. */
@NullMarked
package io.overlane.event.delivery;

import org.jspecify.annotations.NullMarked;
