// SPDX-License-Identifier: Apache-2.0
/**
 * What happens to the tables, told to an application on a thread of its own.
 */
@NullMarked
package io.overlane.event;

import org.jspecify.annotations.NullMarked;
