;;; Emacs as the tests drive it.  -*- lexical-binding: t -*-
;; What it asks its user is answered here; the rest is its own.

(require 'eglot)

(define-derived-mode lean4-mode prog-mode "Lean")
(add-to-list 'auto-mode-alist '("\\.lean\\'" . lean4-mode))
(add-to-list 'eglot-server-programs
             `(lean4-mode . ,(json-parse-string (getenv "PROVER_LSP") :array-type 'list)))
(setq eglot-confirm-server-initiated-edits nil
      make-backup-files nil
      create-lockfiles nil
      auto-save-default nil
      message-log-max t
      native-comp-deferred-compilation nil)

(defvar offered nil "The names of the code actions that there were to choose from.")
(defvar asked [] "The same of the last question of the server.")
(defvar wanted nil "How the name of the action begins that is to be chosen.")
(defvar answer nil "How the name begins that is to answer a question of the server.")
(defvar buffer nil "The one that is edited.")

;; A quit is how a user chooses nothing.
(setq completing-read-function
      (lambda (prompt collection &rest _)
        (let* ((names (mapcar (lambda (one) (if (consp one) (car one) one)) collection))
               (question (string-search "Server reports" prompt))
               (start (if question answer wanted)))
          (set (if question 'asked 'offered) (vconcat names))
          (or (seq-find (lambda (name) (and start (string-prefix-p start name))) names)
              (signal 'quit nil)))))

(defun driver-open (path)
  (setq buffer (find-file path))
  (eglot-ensure)
  ;; It waits for the end of a command.
  (run-hooks 'post-command-hook))

(defun driver-ready ()
  (and (with-current-buffer buffer (eglot-current-server)) t))

(defun driver-text ()
  (with-current-buffer buffer (buffer-substring-no-properties (point-min) (point-max))))

(defun driver-act (line title)
  (setq offered nil wanted title)
  (with-current-buffer buffer
    (goto-char (point-min))
    (forward-line (1- line))
    (let ((last-nonmenu-event ?\r))
      (condition-case problem
          (call-interactively #'eglot-code-actions)
        (quit nil)
        ;; That there are none is an error.
        (error (setq offered (or offered [])) (message "%s" (error-message-string problem))))))
  nil)

(defun driver-offered () offered)

(defun driver-answer (title)
  (setq asked [] answer title)
  nil)

(defun driver-asked () asked)

(defun driver-insert (line text)
  (with-current-buffer buffer
    (save-excursion
      (goto-char (point-min))
      (forward-line (1- line))
      (insert text "\n")))
  nil)

(defun driver-replace (line text)
  (with-current-buffer buffer
    (save-excursion
      (goto-char (point-min))
      (forward-line (1- line))
      (delete-region (point) (line-end-position))
      (insert text)))
  nil)

;; The user is faster than the next edit of the server.
(defun driver-hurry (line text)
  (advice-add 'eglot--apply-workspace-edit :before
              (lambda (&rest _)
                (advice-remove 'eglot--apply-workspace-edit 'hurry)
                (driver-insert line text))
              '((name . hurry)))
  nil)

(defun driver-undo ()
  (with-current-buffer buffer
    (undo-boundary)
    (setq last-command nil)
    (undo-only))
  nil)

(defun driver-messages ()
  (with-current-buffer (messages-buffer) (buffer-string)))

(defun driver-forget ()
  (with-current-buffer (messages-buffer)
    (let ((inhibit-read-only t)) (erase-buffer)))
  nil)

(defun driver-quit ()
  (kill-emacs))

(defun drive (call)
  (let* ((call (json-parse-string (decode-coding-string (base64-decode-string call) 'utf-8)
                                  :null-object nil))
         (verb (intern (concat "driver-" (gethash "verb" call))))
         (result (apply verb (append (gethash "arguments" call) nil))))
    (base64-encode-string (encode-coding-string (json-serialize (or result :null)) (quote utf-8)) t)))
