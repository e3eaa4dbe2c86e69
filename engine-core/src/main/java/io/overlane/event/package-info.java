// SPDX-License-Identifier: Apache-2.0
/** Events of an engine, which an application receives on an executor of its own. */
@NullMarked
package io.overlane.event;

import org.jspecify.annotations.NullMarked;
