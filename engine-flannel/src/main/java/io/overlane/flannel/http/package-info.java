// SPDX-License-Identifier: Apache-2.0
/**
 * The only package that uses HTTP: requests over HTTP/1.1, with or without TLS, whose answers are read whole or line by
 * line. It does not depend on etcd. HttpCore implements the protocol and is used only here.
 */
@NullMarked
package io.overlane.flannel.http;

import org.jspecify.annotations.NullMarked;
