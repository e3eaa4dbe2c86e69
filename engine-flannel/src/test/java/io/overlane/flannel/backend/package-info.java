/** Tests; see the package of the same name. */
package io.overlane.flannel.backend;
