// SPDX-License-Identifier: Apache-2.0
/** A small HTTP/1.1 server for GET and HEAD, whose use of memory and time no client can extend. */
@NullMarked
package io.overlane.http.server;

import org.jspecify.annotations.NullMarked;
